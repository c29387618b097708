// Networks in which peers were met: rows whose times only grow, or shrink, so that the database alone can order them.
import { quote, upsertStatements } from './sql-text.ts'
import type { NetworkRow } from '../rows.ts'
import type { ServerInfo } from './server-info.ts'

/** Statements that note in which networks peers were met. */
export function upsertNetworks (rows: readonly NetworkRow[], server: ServerInfo): string[] {
  return upsertStatements({
    table: 'node_network',
    columns: ['node_id', 'network', 'first_seen', 'last_seen'],
    onDuplicate: fresh => `first_seen = LEAST(node_network.first_seen, ${fresh('first_seen')}), last_seen = GREATEST(node_network.last_seen, ${fresh('last_seen')})`
  }, rows.map(({ nodeId, network, firstSeen, lastSeen }) => `(${quote(nodeId)},${quote(network)},'${firstSeen}','${lastSeen}')`), server)
}
