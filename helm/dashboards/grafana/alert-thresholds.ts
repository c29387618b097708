// A panel draws the bound of an alert, read from the alert itself: two copies would differ one day.
import { readFileSync } from 'node:fs'
import { parse } from 'yaml'

const RULES = new URL('../../peerprobe/rules.yaml', import.meta.url)

interface RuleFile {
  groups: { rules: { alert?: string, expr: string }[] }[]
}

/** From which value on an alert fires, and on which side of it. */
export interface Threshold {
  value: number
  side: 'above' | 'below'
}

/**
 * The bound in the expression of an alert of the chart: the number that its last comparison names.
 *
 * @throws {RangeError} Where no alert has that name, or its expression compares with no number.
 */
export function alertThreshold (alert: string): Threshold {
  const { groups } = parse(readFileSync(RULES, 'utf8')) as RuleFile
  const rule = groups.flatMap(({ rules }) => rules).find(candidate => candidate.alert === alert)
  const [, comparison, value] = rule?.expr.trim().match(/([<>])=?\s*(?:bool\s+)?(-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)$/) ?? []

  if (comparison === undefined) {
    throw new RangeError(`${alert} is no alert of helm/peerprobe/rules.yaml whose expression ends in a comparison with a number`)
  }

  return { value: Number(value), side: comparison === '>' ? 'above' : 'below' }
}
