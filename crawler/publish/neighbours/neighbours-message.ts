import { MAX_NEIGHBOURS, NEIGHBOURS_END_TYPE, NEIGHBOURS_TYPE } from '../../../core/contracts/edges/neighbours.ts'
import { defined } from '../../../core/defined.ts'
import { cloudEventHeaders } from '../cloud-event.ts'
import { timestamp } from '../message-context.ts'
import { sharedBits } from './key-space.ts'
import type { OutgoingMessage } from '../../../core/bus/port/event-bus.ts'
import type { Neighbours, NeighboursEnd } from '../../../core/contracts/edges/neighbours.ts'
import type { CompletedVisit } from '../../engine/population/visit-sink.ts'
import type { PeerRecord } from '../../peer/peer-record.ts'
import type { MessageContext } from '../message-context.ts'
import type { KeySpace } from './key-space.ts'

/** What a message is made of besides its visit. */
export interface NeighboursPart {
  sequence: number

  /** Whether the table is listed; otherwise only the number of its entries is. */
  isListed: boolean
}

/** The message of a visit with the peers in its answers, less than 56 kB. */
export function neighboursMessage (visit: CompletedVisit, context: MessageContext, { sequence, isListed }: NeighboursPart, space: KeySpace): OutgoingMessage {
  const { crawlId, attempt, id, result: { outcome, routingTable, startedAtMs } } = visit
  const hasAnswers = routingTable !== undefined && routingTable.queries > routingTable.failed
  const message: Neighbours = {
    version: 1,
    ...context,
    crawlId,
    sequence,
    nodeId: space.place(id).text,
    attempt,
    outcome,
    ...defined({ entries: hasAnswers ? routingTable.peers.length : undefined }),
    buckets: hasAnswers && isListed ? bucketsOf(id, routingTable.peers, space) : []
  }

  return outgoing(message, { id: `${String(crawlId)}-${String(sequence)}`, type: NEIGHBOURS_TYPE, time: timestamp(startedAtMs) })
}

/** The message after the last one of a crawl. */
export function neighboursEndMessage (end: Omit<NeighboursEnd, 'version'>, nowMs: number): OutgoingMessage {
  return outgoing({ version: 1, ...end }, { id: `${String(end.crawlId)}-end`, type: NEIGHBOURS_END_TYPE, time: timestamp(nowMs) })
}

// A peer that mentions itself is not its own neighbour.
function bucketsOf (id: Uint8Array, peers: readonly PeerRecord[], space: KeySpace): Neighbours['buckets'] {
  const { text: self, digest } = space.place(id)
  const buckets = new Map<number, string[]>()

  for (const peer of peers.slice(0, MAX_NEIGHBOURS)) {
    const { text, digest: other } = space.place(peer.id)

    if (text !== self) {
      const bucket = sharedBits(digest, other)
      const list = buckets.get(bucket)

      if (list === undefined) {
        buckets.set(bucket, [text])
      } else {
        list.push(text)
      }
    }
  }

  return [...buckets].sort(([a], [b]) => a - b).map(([bucket, texts]) => ({ bucket, peers: texts }))
}

function outgoing (body: Neighbours | NeighboursEnd, event: { id: string, type: string, time: string }): OutgoingMessage {
  return { key: body.scan, value: Buffer.from(JSON.stringify(body)), headers: cloudEventHeaders({ ...event, source: body.scan }) }
}
