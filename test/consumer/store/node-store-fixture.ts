// What the tests of the NodeStore port share: an empty store, and a look into its tables.
import type { NodeStore } from '../../../consumer/store/model/node-store.ts'
import type { FakeClock } from '../../support/fake-clock.ts'

/** A row with its columns. */
export type Row = Record<string, unknown>

/** One empty, migrated store for one test. */
export interface StoreFixture extends AsyncDisposable {
  clock: FakeClock
  store: NodeStore

  /** Runs a query on the database, past the port. */
  query: (sql: string) => Promise<Row[]>

  /** A second connection to the same database, as another process would have. */
  another: () => Promise<NodeStore>
}

/** How a test wants its store. */
export interface StoreFixtureOptions {
  /** @default 0 */
  coalesceWindowMs?: number
}

/** Columns of `visit_detail` without a place. */
export const NO_PLACE = { country: null, asn: null, organisation: null, cloud: null, place_source: null }

/** The same of a peer's record. */
export const NO_NODE_PLACE = { country: null, asn: null, organisation: null, cloud: null, placed_at: null }

/** Opens a store for one test. */
export type OpenStore = (options?: StoreFixtureOptions) => Promise<StoreFixture>

const TABLES = {
  node_info: 'SELECT node_id, protocol_version, agent_version, discovery_type, latency, last_seen, first_seen, identified_at, last_tried, last_outcome FROM node_info ORDER BY node_id',
  node_place: 'SELECT node_id, country, asn, organisation, cloud, placed_at FROM node_info ORDER BY node_id',
  address_info: 'SELECT node_id, multiaddr, last_seen FROM address_info ORDER BY node_id, multiaddr',
  node_network: 'SELECT * FROM node_network ORDER BY node_id, network',
  crawl: 'SELECT * FROM crawl ORDER BY scan, crawl_id',
  crawl_aggregate: 'SELECT * FROM crawl_aggregate ORDER BY scan, crawl_id, dimension, is_other, value',
  visit: 'SELECT * FROM visit_detail ORDER BY crawl_id, scan, network, node_id, source, attempt'
}

/** Everything that messages decide: all tables, with texts in place of the numbers of dictionaries, without the time of writing. */
export async function contentsOf ({ query }: Pick<StoreFixture, 'query'>): Promise<Record<keyof typeof TABLES, Row[]>> {
  const contents: [string, Row[]][] = []

  for (const [table, sql] of Object.entries(TABLES)) {
    contents.push([table, (await query(sql)).map(row => Object.fromEntries(Object.entries(row).filter(([column]) => column !== 'changed_at')))])
  }

  return Object.fromEntries(contents) as Record<keyof typeof TABLES, Row[]>
}
