import { readSessionFigures } from '../../consumer/figures/session-figures.ts'
import { ProbeError } from '../../core/errors.ts'
import { escapeControlChars } from '../../core/text/escape-control-chars.ts'
import { formatTable } from '../../core/text/table.ts'
import { systemClock } from '../../core/time/clock.ts'
import { formatCount, formatShare } from '../../local/text.ts'
import { writeOut } from '../output/write-out.ts'
import { openToRead } from '../source/open-source.ts'
import type { SessionFigures } from '../../consumer/figures/session-figures.ts'
import type { SourceOptions } from '../source/source-options.ts'

/** The options of `sessions show`. */
export interface SessionsOptions extends SourceOptions {
  /** Bounds of the window in epoch milliseconds. @default the 14 days before `until`; now */
  since?: number
  until?: number
  json: boolean
}

type Curve = SessionFigures['survival']

const WINDOW_MS = 14 * 86_400_000

/** A table shows every tenth point of a curve. */
const POINTS_PER_ROW = 10

/** Prints the figures of sessions of the store that the options choose. @throws ProbeError `PP_CONFIG_INVALID` for an empty window */
export async function printSessions (options: SessionsOptions, signal: AbortSignal): Promise<void> {
  const toMs = options.until ?? systemClock.now()
  const fromMs = options.since ?? toMs - WINDOW_MS

  if (fromMs >= toMs) {
    throw new ProbeError('PP_CONFIG_INVALID', '--since must be before --until, which is now by default')
  }

  const { store } = await openToRead(options)
  await using _ = store
  const networks = await readSessionFigures(store, { fromMs, toMs }, signal)
  const window = { since: new Date(fromMs).toISOString(), until: new Date(toMs).toISOString() }

  if (options.json) {
    await writeOut(`${JSON.stringify({ ...window, networks })}\n`, signal)
  } else if (networks.length === 0) {
    await writeOut('no session is stored yet: peerprobe sessions derive makes them from the visits\n', signal)
  } else {
    await writeOut(`From ${window.since} to ${window.until}\n${networks.map(figures => `\n${figuresText(figures)}`).join('')}`, signal)
  }
}

function figuresText (figures: SessionFigures): string {
  const { network, vantage, observed, sessions, censoredShare, missedShare, survival, residual, availability, peers } = figures

  return [
    `${escapeControlChars(network)}${vantage === '' ? '' : `, seen from ${escapeControlChars(vantage)}`}`,
    `  Observed      ${observedText(observed)}`,
    `  Sessions      ${formatCount(sessions)}; begin or end unknown: ${formatShare(censoredShare, 1)}`,
    `  Missed        about ${formatShare(missedShare, 1)} of all sessions fell between two visits`,
    `  Length        ${medianText(survival)}; ${formatCount(survival.sessions)} sessions that began in the first half`,
    `  Remaining     ${medianText(residual)}; ${formatCount(residual.sessions)} sessions open at ${new Date(residual.atMs).toISOString()}`,
    `  Availability  ${countsText(availability)}`,
    `  Peers         ${countsText(peers)}`,
    survivalTable(survival)
  ].join('\n')
}

// Nothing is known about the rest of the window: it counts for no peer.
function observedText ({ fromMs, toMs, downMs }: SessionFigures['observed']): string {
  const down = downMs === 0 ? '' : `, of which ${lengthText(downMs / 1_000)} without crawls`

  return `${new Date(fromMs).toISOString()} to ${new Date(toMs).toISOString()}${down}`
}

function medianText ({ medianS, medianAtLeastS, medianAtMostS, sessions }: Curve): string {
  return sessions === 0 ? 'no median' : `median ${lengthText(medianS)} (at least ${lengthText(medianAtLeastS)}, at most ${lengthText(medianAtMostS)})`
}

// More than half of the sessions outlast the curve.
function lengthText (s: number | null): string {
  return s === null ? 'beyond the window' : s < 60 ? `${s.toFixed(0)} s` : s < 3_600 ? `${(s / 60).toFixed(1)} min` : `${(s / 3_600).toFixed(1)} h`
}

function countsText (counts: Readonly<Record<string, number>>): string {
  const all = Object.values(counts).reduce((sum, n) => sum + n, 0)

  return Object.entries(counts).map(([name, n]) => `${name} ${formatCount(n)} (${formatShare(n, all)})`).join(', ')
}

function survivalTable ({ atLeast, atMost }: Curve): string {
  const rows = atLeast.flatMap(({ s, share }, i) => i % POINTS_PER_ROW === POINTS_PER_ROW - 1
    ? [[`  ${lengthText(s)}`, formatShare(share, 1), formatShare(atMost[i]?.share ?? share, 1)]]
    : [])

  return rows.length === 0 ? '' : formatTable(['  LONGER THAN', 'AT LEAST', 'AT MOST'], rows)
}
