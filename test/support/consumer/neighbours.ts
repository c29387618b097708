import { Neighbours, NEIGHBOURS_END_TYPE, NEIGHBOURS_TYPE, NeighboursEnd } from '../../../core/contracts/edges/neighbours.ts'
import { CRAWL_ID } from './messages.ts'
import type { IncomingMessage, MessageBatch } from '../../../core/bus/port/event-bus.ts'
import type { z } from 'zod'

/** The scan of the messages. */
export const SCAN = 'default/probe/main'

/** A peer id, by number. */
export const peerNo = (n: number): string => `QmPeer${String(n).padStart(8, '1').replaceAll('0', 'z')}`

/** A valid message of a visit: the table of peer 1 with peers 2 and 3. */
export function tableOf (overrides: Partial<z.input<typeof Neighbours>> = {}): Neighbours {
  return Neighbours.parse({
    version: 1,
    scan: SCAN,
    network: 'ipfs',
    crawlId: CRAWL_ID,
    sequence: 1,
    nodeId: peerNo(1),
    attempt: 1,
    outcome: 'ok',
    entries: 2,
    buckets: [{ bucket: 3, peers: [peerNo(2), peerNo(3)] }],
    ...overrides
  } satisfies z.input<typeof Neighbours>)
}

/** The tables of a crawl: each of `peers` peers mentions the two after it, on a ring. */
export function tablesOf (peers: number, overrides: Partial<z.input<typeof Neighbours>> = {}): Neighbours[] {
  return Array.from({ length: peers }, (_, i) => tableOf({
    sequence: i + 1,
    nodeId: peerNo(i),
    buckets: [{ bucket: i % 8, peers: [peerNo((i + 1) % peers), peerNo((i + 2) % peers)] }],
    ...overrides
  }))
}

/** The end of a crawl. */
export function endOf (overrides: Partial<z.input<typeof NeighboursEnd>> = {}): NeighboursEnd {
  return NeighboursEnd.parse({ version: 1, scan: SCAN, crawlId: CRAWL_ID, state: 'finished', messages: 1, ...overrides })
}

/** A message as the topic has it. */
export function neighboursIncoming (body: Neighbours | NeighboursEnd, offset = 0): IncomingMessage {
  const type = 'sequence' in body ? NEIGHBOURS_TYPE : NEIGHBOURS_END_TYPE

  return { partition: 0, offset, key: body.scan, value: Buffer.from(JSON.stringify(body)), headers: { ce_type: type }, timestampMs: 0 }
}

/** A batch of messages at successive offsets. */
export function batchOf (bodies: readonly (Neighbours | NeighboursEnd)[], { partition = 0, offset = 0 }: Partial<Pick<IncomingMessage, 'partition' | 'offset'>> = {}): MessageBatch {
  return { partition, messages: bodies.map((body, i) => ({ ...neighboursIncoming(body, offset + i), partition })), nextOffset: offset + bodies.length }
}
