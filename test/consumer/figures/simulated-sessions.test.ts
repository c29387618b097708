// Sessions of 20,000 simulated peers, whose true lengths are known, over 14 days with failing dials, lost, aborted and disturbed
// crawls, crawls without confirmations, and downtimes.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readSessionFigures } from '../../../consumer/figures/session-figures.ts'
import { CrawlTimeline, groupOf } from '../../../consumer/jobs/sessions/crawl-timeline.ts'
import { foldSessions } from '../../../consumer/jobs/sessions/fold-sessions.ts'
import { CRAWL_ID } from '../../support/consumer/messages.ts'
import { figureSource } from '../../support/sessions/figure-source.ts'
import { simulateCrawls, simulatePeer } from '../../support/sessions/simulated-peers.ts'
import type { FoldContext } from '../../../consumer/jobs/sessions/fold-sessions.ts'
import type { Session } from '../../../consumer/store/model/session.ts'
import type { SimulatedPeer } from '../../support/sessions/simulated-peers.ts'

const PEERS = 20_000
const SCAN = { scanId: 1, scan: 'a/b/main', network: 'ipfs', vantage: '' }
const DAYS = 14
const WINDOW = { fromMs: CRAWL_ID * 1_000, toMs: (CRAWL_ID + DAYS * 86_400) * 1_000 }
const MIDDLE_MS = (WINDOW.fromMs + WINDOW.toMs) / 2
const crawls = simulateCrawls({ fromS: CRAWL_ID, hours: DAYS * 24, intervalS: 1_800, seed: 1, troubleShare: 0.01, downtimes: [[50, 55], [200, 203]] })
const timeline = new CrawlTimeline(crawls.filter(({ state }) => state !== 'lost').map(({ crawlId, state }) => ({ ...SCAN, crawlId, isConclusive: state === 'finished' || state === 'unchecked', isUnchecked: state === 'unchecked' })))
const context: FoldContext = { timeline, group: groupOf(SCAN), scanOf: () => SCAN }

const median = (list: number[]): number => list.sort((a, b) => a - b)[Math.floor(list.length / 2)]!

function fold (n: number, { visits }: SimulatedPeer): Session[] {
  const key = { nodeId: `Qm${String(n).padStart(6, '0')}`, network: 'ipfs', vantage: '' }

  return foldSessions(key, visits.map(visit => ({ ...visit, scanId: 1 })), context)
}

/** Whether the presence that a session saw is as long as its bounds say. */
function isTrue ({ firstOkMs, lastOkMs, absentBeforeMs, firstFailMs }: Session, { online }: SimulatedPeer): boolean {
  const truth = online.find(({ fromMs, toMs }) => fromMs <= firstOkMs && toMs >= firstOkMs)
  const lengthMs = truth === undefined ? -1 : truth.toMs - truth.fromMs

  return lengthMs >= lastOkMs - firstOkMs && lengthMs <= firstFailMs! - absentBeforeMs!
}

test('the true length lies within the bounds of 99 of 100 reported sessions, and the median is right to 5 %', async (context) => {
  const sessions: Session[] = []
  const truths: number[] = []
  let reported = 0
  let held = 0

  for (let n = 0; n < PEERS; n++) {
    const peer = simulatePeer(crawls, { seed: n + 1 })
    const own = fold(n, peer)
    const known = own.filter(({ absentBeforeMs, firstFailMs }) => absentBeforeMs !== null && firstFailMs !== null)
    sessions.push(...own)
    reported += known.length
    held += known.filter(session => isTrue(session, peer)).length
    truths.push(...peer.online.filter(({ fromMs }) => fromMs >= WINDOW.fromMs && fromMs < MIDDLE_MS).map(({ fromMs, toMs }) => (toMs - fromMs) / 1_000))
  }

  const [figures] = await readSessionFigures(figureSource(sessions), WINDOW, new AbortController().signal)
  const { medianAtLeastS, medianAtMostS, medianS } = figures!.survival
  const truth = median(truths)
  const estimate = medianS!
  const { censoredShare, missedShare } = figures!
  const percent = (share: number): string => `${(100 * share).toFixed(2)} %`
  context.diagnostic(`${String(sessions.length)} sessions, ${String(reported)} reported, ${percent(held / reported)} within their bounds`)
  context.diagnostic(`median ${(estimate / 3_600).toFixed(2)} h, true ${(truth / 3_600).toFixed(2)} h`)
  context.diagnostic(`censored ${percent(censoredShare)}, missed ${percent(missedShare)}`)

  assert.ok(reported > 100_000, String(reported))
  assert.ok(held / reported >= 0.99, String(held / reported))
  assert.ok(medianAtLeastS! <= truth && truth <= medianAtMostS!)
  assert.ok(Math.abs(estimate / truth - 1) <= 0.05, String(estimate / truth))
})
