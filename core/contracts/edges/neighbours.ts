// The routing tables that a Topology crawl reads, on a topic of their own. All messages of a scan have the same key, so they are in
// one partition and in order; they are numbered, so a reader knows whether it has every one.
import { z } from 'zod'
import { OUTCOME_NAMES } from '../outcome.ts'
import { CrawlId, PeerIdText, ScanId } from '../visit.ts'

/** CloudEvents type of a {@link Neighbours} message. */
export const NEIGHBOURS_TYPE = 'dev.peerprobe.neighbours.v1'

/** CloudEvents type of a {@link NeighboursEnd} message. */
export const NEIGHBOURS_END_TYPE = 'dev.peerprobe.neighbours-end.v1'

/** Suffix of the topic of routing tables, after the name of the topic of visits, and of the group that reads it. */
export const NEIGHBOURS_SUFFIX = '-neighbours'

/** Most peers of one message: 768 ids of at most 61 characters take 50 kB. A table has at most 512: 16 answers of 32 peers. */
export const MAX_NEIGHBOURS = 768

/** Number of the deepest bucket: two different ids share fewer than 256 bits. */
const DEEPEST_BUCKET = 255

const Count = z.int().min(0).max(4_294_967_295)

/** One visit of a Topology crawl, and the peers that the peer's answers mentioned. Keyed by `scan`. */
export const Neighbours = z.object({
  version: z.literal(1).describe('Version of this message. Readers accept it and refuse higher ones.'),
  scan: ScanId.describe('The scan that made the visit: namespace/probe/scan.'),
  network: z.string().max(64).describe('Preset name, or the custom network\'s name.'),
  vantage: z.string().max(64).optional().describe('Place from which the network was crawled.'),
  crawlId: CrawlId.describe('Start of the crawl in epoch seconds.'),
  sequence: z.int().min(1).max(4_294_967_295).describe('Number of this message in its crawl, from 1, without gaps.'),
  nodeId: PeerIdText.describe('The visited peer, as libp2p prints its id.'),
  attempt: z.int().min(1).max(4).describe('As in the message of the visit.'),
  outcome: z.enum(OUTCOME_NAMES).describe('Outcome of the visit.'),
  entries: Count.optional().describe('Distinct peers in its answers. Absent if it was not asked or answered nothing. More than `buckets` lists where the limit of a crawl left its table out.'),
  buckets: z.array(z.object({
    bucket: z.int().min(0).max(DEEPEST_BUCKET).describe('Number of leading bits that the SHA-256 of both ids share.'),
    peers: z.array(PeerIdText).min(1).max(MAX_NEIGHBOURS).describe('Ids of the peers in this bucket.')
  })).max(DEEPEST_BUCKET + 1).describe('The peers in its answers, without duplicates.')
}).describe('One visit of a Topology crawl, and the peers that the peer\'s answers mentioned.')

/** {@inheritDoc Neighbours} */
export type Neighbours = z.output<typeof Neighbours>

/** The end of a crawl's messages. Keyed by `scan`. */
export const NeighboursEnd = z.object({
  version: z.literal(1).describe('Version of this message.'),
  scan: ScanId.describe('The scan that crawled: namespace/probe/scan.'),
  crawlId: CrawlId.describe('Start of the crawl in epoch seconds.'),
  state: z.enum(['finished', 'aborted']).describe('aborted: the crawler was stopped, or gave up publishing; nothing is made of the messages.'),
  messages: Count.describe('Messages of the crawl before this one: the greatest `sequence`.')
}).describe('The end of the routing tables of a crawl.')

/** {@inheritDoc NeighboursEnd} */
export type NeighboursEnd = z.output<typeof NeighboursEnd>

/** The group that reads the routing tables, beside a consumer group. */
export function neighboursGroupOf (group: string): string {
  return `${group}${NEIGHBOURS_SUFFIX}`
}
