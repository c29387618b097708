import { crawlOf, visitOf, failedVisitOf } from '../consumer/messages.ts'
import type { Crawl } from '../../../core/contracts/crawl.ts'
import type { Visit } from '../../../core/contracts/visit.ts'
import type { SimulatedCrawl, SimulatedPeer } from './simulated-peers.ts'

const DIGITS = '123456789ABCDEFGH'

/** The id of a simulated peer. */
export function simulatedNodeId (n: number): string {
  return `QmSimu${n.toString(16).padStart(6, '0').replaceAll(/[0-9a-f]/g, digit => DIGITS[parseInt(digit, 16)] ?? '')}`
}

/** The visits of a simulated peer as messages. */
export function visitMessages (nodeId: string, { visits }: Pick<SimulatedPeer, 'visits'>): Visit[] {
  return visits.map(({ crawlId, startedAtMs, outcome, source, attempt }) =>
    (outcome === 'ok' ? visitOf : failedVisitOf)({ nodeId, crawlId, outcome, source, attempt, startedAt: new Date(startedAtMs).toISOString() }))
}

/** The message with which a crawl ended; none where it was lost. */
export function crawlMessages ({ crawlId, state }: SimulatedCrawl): Crawl[] {
  const of = { disturbed: state === 'disturbed', confirmationsLeftOut: state === 'unchecked' ? 90 : 0 }

  return state === 'lost' ? [] : [crawlOf({ crawlId, state: state === 'aborted' ? 'aborted' : 'finished', ...of })]
}
