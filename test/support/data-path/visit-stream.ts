// A reproducible stream of visits: peers repeat, and every fifth visit fails.
import { visitMessage } from '../consumer/incoming.ts'
import { CRAWL_ID, failedVisitOf, visitOf } from '../consumer/messages.ts'
import type { OutgoingMessage } from '../../../core/bus/port/event-bus.ts'
import type { Visit } from '../../../core/contracts/visit.ts'

const PEERS = 2_000

/** A text that the schema of messages accepts as a peer id. */
export function peerName (n: number): string {
  return `QmPeer${String(n).padStart(6, '0').replaceAll('0', 'a')}`
}

/** The n-th visit of the stream. */
function nthVisit (n: number): Visit {
  const crawlId = CRAWL_ID + 600 * Math.floor(n / PEERS)
  const at = { nodeId: peerName(n % PEERS), crawlId, startedAt: new Date(crawlId * 1_000 + n % PEERS).toISOString() }

  return n % 5 === 0 ? failedVisitOf(at) : visitOf(at)
}

/** Visits `from` up to `to` (exclusive). */
export function visitsOf (from: number, to: number): Visit[] {
  return Array.from({ length: to - from }, (_, i) => nthVisit(from + i))
}

/** The same visits as messages, with an unreadable message after every `poisonEvery` of them. */
export function messagesOf (from: number, to: number, poisonEvery = Infinity): OutgoingMessage[] {
  return visitsOf(from, to).flatMap((visit, i) => (from + i + 1) % poisonEvery === 0 ? [visitMessage(visit), POISON] : [visitMessage(visit)])
}

const POISON: OutgoingMessage = { key: 'poison', value: Buffer.from('{"version":1,'), headers: {} }

/** The columns of a visit in `visit_detail`, as text to compare. */
export function rowOf ({ crawlId, nodeId, outcome, startedAt }: Visit): string {
  return [crawlId, nodeId, outcome, startedAt.replace('T', ' ').replace('Z', '')].join(' ')
}
