// Values as Grafana writes them: short, with the unit.
import type { ValueMapping } from '@grafana/grafana-foundation-sdk/dashboard'

const MINUTE = 60
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

type Step = readonly [from: number, divisor: number, unit: string]

const WITHOUT_UNIT: readonly Step[] = [[0, 1, '']]

const STEPS: Readonly<Record<string, readonly Step[]>> = {
  short: [[1e9, 1e9, ' B'], [1e6, 1e6, ' M'], [1e3, 1e3, ' K'], [0, 1, '']],
  bytes: [[2 ** 30, 2 ** 30, ' GiB'], [2 ** 20, 2 ** 20, ' MiB'], [2 ** 10, 2 ** 10, ' KiB'], [0, 1, ' B']],
  s: [[DAY, DAY, ' d'], [HOUR, HOUR, ' h'], [MINUTE, MINUTE, ' min'], [1, 1, ' s'], [1e-3, 1e-3, ' ms'], [0, 1e-6, ' µs']],
  percentunit: [[0, 0.01, ' %']],
  ops: [[1e3, 1e3, 'K/s'], [0, 1, '/s']],
  reqps: [[0, 1, ' req/s']],
  none: WITHOUT_UNIT
}

/** A value with its unit, or the text that a mapping gives it. */
export function valueText (value: number, unit = 'short', mappings: readonly ValueMapping[] = []): string {
  return mappingOf(value, mappings)?.text ?? withUnit(value, STEPS[unit] ?? WITHOUT_UNIT)
}

function withUnit (value: number, steps: readonly Step[]): string {
  const [, divisor, name] = (value === 0 ? steps.find(([, divisor]) => divisor === 1) : undefined) ?? steps.find(([from]) => Math.abs(value) >= from) ?? [0, 1, '']

  return `${String(Number((value / divisor).toPrecision(3)))}${name}`
}

/** What a mapping of a panel makes of a value. */
export function mappingOf (value: number, mappings: readonly ValueMapping[]): { text?: string, color?: string } | undefined {
  const texts = mappings.map(({ options }) => options as Record<string, { text?: string, color?: string }>)

  return texts.find(options => Object.hasOwn(options, String(value)))?.[String(value)]
}
