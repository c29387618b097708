import { escapeControlChars } from '../../core/text/escape-control-chars.ts'
import { writeOut } from '../output/write-out.ts'
import type { CheckReport } from './check.ts'
import type { CheckedAddress, Stage } from './checked-address.ts'

/** Longest text of a peer that is shown. */
const MAX_DETAIL = 100

/** Prints the result of a check. */
export async function printCheck (report: CheckReport, { json }: { json: boolean }, signal: AbortSignal): Promise<void> {
  await writeOut(json ? `${JSON.stringify(report)}\n` : `${checkLines(report).join('\n')}\n`, signal)
}

/** The result of a check, for a person: each address with its steps, then the cause and what to do. */
export function checkLines ({ peerId, isReachable, says, advice, lookup, addresses }: CheckReport): string[] {
  const asked = lookup === undefined
    ? []
    : [`  asked the DHT: ${String(lookup.answered)} peers answered, ${String(lookup.mentions)} of them know addresses of it`]

  return [
    `Peer ${peerId}`,
    ...asked,
    ...addresses.flatMap(addressLines),
    '',
    `${isReachable ? 'Reachable' : 'Not reachable'}: ${shown(says, Infinity)}.`,
    `What to do: ${advice}`
  ]
}

function addressLines ({ address, stages }: CheckedAddress): string[] {
  return ['', escapeControlChars(address), ...stages.map(stageLine)]
}

function stageLine ({ stage, outcome, ms, detail }: Stage): string {
  const time = ms === undefined ? '' : `${ms.toFixed(1)} ms`

  return `  ${stage.padEnd(9)} ${outcome.padEnd(21)} ${time.padStart(10)}  ${detail === undefined ? '' : shown(detail, MAX_DETAIL)}`.trimEnd()
}

function shown (text: string, max: number): string {
  const safe = escapeControlChars(text)

  return safe.length <= max ? safe : `${safe.slice(0, max - 1)}…`
}
