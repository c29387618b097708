// One batch, one transaction, a handful of packets: what is known of its texts and peers is read and
// locked first, then everything is written together. All writers take their locks in one order
// (removal mark, dictionaries, peers that are known, peers that are not, then the rows by key), so that two of them wait for one another
// and do not deadlock.
import { writeCrawl } from './crawl-store.ts'
import { changedNodes, latestVisits, lockNodes, upsertNodes } from './node-writer.ts'
import { upsertAddresses, upsertNetworks } from './sighting-writer.ts'
import { insertVisits, replaceVisits, uniqueVisits } from './visit-writer.ts'
import type { CrawlRow } from '../crawl-row.ts'
import type { NodeState } from '../node-state.ts'
import type { StoreTable } from '../node-store.ts'
import type { Rows } from '../rows.ts'
import type { MysqlConnection } from './connection.ts'
import type { KnownNodes } from './node-writer.ts'
import type { VisitIds } from './visit-ids.ts'

/** What a batch writes. */
export interface BatchRows {
  visits: Rows
  crawls: readonly CrawlRow[]
}

/** Rows written, by table. */
export type Written = Record<StoreTable, number>

/** Writes a batch within the transaction of the caller; `ids` are those of this connection's batch alone. */
export async function writeBatch (connection: MysqlConnection, { visits: rows, crawls }: BatchRows, ids: VisitIds, nowMs: number): Promise<Written> {
  // Crawls of one scan look at one another: only one batch with crawls at a time.
  const { rows: [mark] } = await connection.query(`SELECT day FROM removal_mark WHERE id = 1 ${crawls.length > 0 ? 'FOR UPDATE' : 'LOCK IN SHARE MODE'}`)
  const visits = await ids.resolve(connection, rows.visits, Number(mark?.[0] ?? 0))
  const known = await lockNodes(connection, rows.nodes, visits)
  const latest = await latestVisits(connection, rows.nodes.filter(state => isFirstContact(state, known, ids)).map(({ nodeId }) => nodeId))
  const unique = uniqueVisits(visits)
  const { server } = connection

  const written = await runByTable(connection, {
    visit: insertVisits(unique, server),
    node_info: upsertNodes(changedNodes(rows.nodes, known, latest), nowMs, server),
    node_network: upsertNetworks(rows.networks, server),
    address_info: upsertAddresses(rows.addresses, server)
  })

  if (written.visit < unique.length) {
    written.visit += await replaceVisits(connection, unique)
  }
  for (const crawl of crawls) {
    written.crawl += await writeCrawl(connection, crawl)
  }

  return written
}

// Of a peer whose dictionary row is new there is no visit yet.
function isFirstContact ({ nodeId, contact }: NodeState, known: KnownNodes, ids: VisitIds): boolean {
  return contact !== undefined && !known.has(nodeId) && !ids.isFreshPeer(nodeId)
}

async function runByTable (connection: MysqlConnection, statements: Record<Exclude<StoreTable, 'crawl'>, string[]>): Promise<Written> {
  const tables = Object.keys(statements) as (keyof typeof statements)[]
  const results = await connection.run(tables.flatMap(table => statements[table]))
  const written = { visit: 0, node_info: 0, node_network: 0, address_info: 0, crawl: 0 }
  let next = 0

  for (const table of tables) {
    for (const { written: rows } of results.slice(next, next += statements[table].length)) {
      written[table] += rows
    }
  }

  return written
}
