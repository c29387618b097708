// One batch, one transaction, a handful of packets: the rows of its texts and peers are read and locked
// first, then everything is written together. All writers take their locks in one order (removal mark,
// changes of sessions and visits, dictionaries, known peers, new peers, then the rows by key): two of them wait for one another and do
// not deadlock.
import { keysOf, recordOf } from '../../../../core/record-keys.ts'
import { visitChangesOf } from '../../model/visit-changes.ts'
import { changedCrawlsOf } from '../../sessions/changed-crawls.ts'
import { onlyNumber } from '../server/mysql-values.ts'
import { writtenBy } from '../server/query-result.ts'
import { writeAddresses } from './address-writer.ts'
import { writeCrawl } from './crawl-store.ts'
import { writeNetworks } from './network-writer.ts'
import { changedNodes, latestVisits, lockNodes, upsertNodes } from './node-writer.ts'
import { markChanged } from './session-changes.ts'
import { writeVisitChanges } from './visit-changes.ts'
import { insertVisits, replaceVisits, uniqueVisits } from './visit-writer.ts'
import type { CrawlRow } from '../../model/crawl-row.ts'
import type { NodeState } from '../../model/node-state.ts'
import type { StoreTable } from '../../model/node-store.ts'
import type { Rows } from '../../model/rows.ts'
import type { MysqlConnection } from '../server/connection.ts'
import type { KnownNodes } from './node-writer.ts'
import type { VisitIds } from './visit-ids.ts'

/** The rows of a batch. */
export interface BatchRows {
  visits: Rows
  crawls: readonly CrawlRow[]
}

/** Rows written, by table. */
export type Written = Record<StoreTable, number>

/** Writes a batch within the caller's transaction; `ids` belong to this batch alone. */
export async function writeBatch (connection: MysqlConnection, { visits: rows, crawls }: BatchRows, ids: VisitIds, nowMs: number): Promise<Written> {
  // Writing a crawl reads other crawls of its scan: one batch with crawls at a time.
  const mark = await connection.query(`SELECT day FROM removal_mark WHERE id = 1 ${crawls.length > 0 ? 'FOR UPDATE' : 'LOCK IN SHARE MODE'}`)
  await connection.run([...markChanged(changedCrawlsOf(rows.visits)), ...writeVisitChanges(visitChangesOf(rows.visits), nowMs)])
  const visits = await ids.resolve(connection, rows.visits, onlyNumber(mark, 'day'))
  const known = await lockNodes(connection, rows.nodes, visits, nodeId => ids.isFreshPeer(nodeId))
  const latest = await latestVisits(connection, rows.nodes.filter(state => isFirstContact(state, known, ids)).map(({ nodeId }) => nodeId))
  const unique = uniqueVisits(visits)
  const { server } = connection

  const written = {
    ...await runByTable(connection, {
      visit: insertVisits(unique, server),
      node_info: upsertNodes(changedNodes(rows.nodes, known, latest), nowMs, server)
    }),
    node_network: await writeNetworks(connection, rows.networks, known),
    address_info: await writeAddresses(connection, rows.addresses, known),
    crawl: 0
  }

  if (written.visit < unique.length) {
    written.visit += await replaceVisits(connection, unique)
  }
  for (const crawl of crawls) {
    const isWritten = await writeCrawl(connection, crawl, nowMs)
    await connection.run(isWritten === 0 ? [] : markChanged([{ scan: crawl.scan, crawlId: crawl.crawlId, isCrawl: true }]))
    written.crawl += isWritten
  }

  return written
}

// A peer whose dictionary row is new has no visits yet.
function isFirstContact ({ nodeId, contact }: NodeState, known: KnownNodes, ids: VisitIds): boolean {
  return contact !== undefined && !known.has(nodeId) && !ids.isFreshPeer(nodeId)
}

async function runByTable<Table extends StoreTable> (connection: MysqlConnection, statements: Record<Table, string[]>): Promise<Record<Table, number>> {
  const tables = keysOf(statements)
  const results = await connection.run(tables.flatMap(table => statements[table]))
  let next = 0

  return recordOf(tables, table => writtenBy(results.slice(next, next += statements[table].length)))
}
