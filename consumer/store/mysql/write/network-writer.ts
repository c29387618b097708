// Networks in which peers were reached. First times only decrease and last times only increase, so the database can merge them
// without reading. Rows of known peers usually exist and are updated together.
import { writtenBy } from '../server/query-result.ts'
import { BY_KEY, quote, upsertStatements } from '../server/sql-text.ts'
import { isOfPeers, tellApart, valueByPeer } from './value-by-peer.ts'
import type { NetworkRow } from '../../model/rows.ts'
import type { MysqlConnection } from '../server/connection.ts'
import type { ServerInfo } from '../server/server-info.ts'
import type { KnownNodes } from './node-writer.ts'

/**
 * Writes in which networks peers were reached, within the caller's transaction, which has the locks of their peers.
 *
 * @param rows in the order of their keys
 * @param known peers that had rows before this transaction
 * @returns rows inserted or changed
 */
export async function writeNetworks (connection: MysqlConnection, rows: readonly NetworkRow[], known: Pick<KnownNodes, 'has'>): Promise<number> {
  const again = rows.filter(row => known.has(row.nodeId) && row.firstSeen === row.lastSeen)
  const touched: NetworkRow[] = []
  let written = 0

  for (const [network, met] of Map.groupBy(again, row => row.network)) {
    const { apart } = tellApart(met)
    const result = await connection.query(touchNetwork(network, apart))
    written += result.written

    if (result.matched === apart.length) {
      touched.push(...apart)
    }
  }

  const done = new Set(touched)

  return written + writtenBy(await connection.run(upsertNetworks(rows.filter(row => !done.has(row)), connection.server)))
}

function touchNetwork (network: string, rows: readonly NetworkRow[]): string {
  const seen = valueByPeer(rows, ({ lastSeen }) => quote(lastSeen))

  return `UPDATE node_network ${BY_KEY} SET first_seen = LEAST(first_seen, ${seen}), last_seen = GREATEST(last_seen, ${seen})
    WHERE network = ${quote(network)} AND ${isOfPeers(rows)}`
}

function upsertNetworks (rows: readonly NetworkRow[], server: ServerInfo): string[] {
  return upsertStatements({
    table: 'node_network',
    columns: ['node_id', 'network', 'first_seen', 'last_seen'],
    onDuplicate: fresh => `first_seen = LEAST(node_network.first_seen, ${fresh('first_seen')}), last_seen = GREATEST(node_network.last_seen, ${fresh('last_seen')})`
  }, rows.map(({ nodeId, network, firstSeen, lastSeen }) => `(${[nodeId, network, firstSeen, lastSeen].map(quote).join()})`), server)
}
