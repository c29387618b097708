// A database that has node_info and address_info already, from a program before this one, is taken
// over with its data. Its tables are set aside under other names and copied, never changed: whoever
// runs the database removes them when satisfied. Each part may be interrupted and starts over.
import { ProbeError } from '../../../core/errors.ts'
import { NODE_COLUMNS } from '../node-row.ts'
import { storeTimeOf } from '../store-time.ts'
import { quote } from './sql-text.ts'
import type { AdoptionReport } from '../node-store.ts'
import type { MysqlConnection } from './connection.ts'

const TIMEOUT_MS = 3_600_000

const NEEDED = ['node_id', 'multiaddr']

/** Set aside, not yet copied; and when all is copied. */
const PREFIX = { pending: 'predecessor_', done: 'adopted_' } as const

const NODE_ID = 'CONVERT(p.node_id USING ascii) COLLATE ascii_bin'

/** Renames tables that a predecessor left, where there are any. @throws ProbeError `PP_STORE_SCHEMA` when they cannot be copied */
export async function setPredecessorAside (connection: MysqlConnection): Promise<void> {
  const nodes = await columnsOf(connection, 'node_info')
  const addresses = await columnsOf(connection, 'address_info')
  const found = [...isForeign(nodes, 'changed_at') ? ['node_info'] : [], ...isForeign(addresses, 'addr_hash') ? ['address_info'] : []]

  if (found.length > 0) {
    requireColumns('node_info', nodes, ['node_id', 'last_seen'])
    requireColumns('address_info', addresses.size === 0 ? new Set(NEEDED) : addresses, NEEDED)
    await connection.query(`RENAME TABLE ${found.map(table => `${table} TO ${PREFIX.pending}${table}`).join()}`)
  }
}

/** Copies what a predecessor left and was set aside; undefined where there is nothing. */
export async function copyPredecessor (connection: MysqlConnection, nowMs: number): Promise<AdoptionReport | undefined> {
  const nodes = await columnsOf(connection, `${PREFIX.pending}node_info`)
  const addresses = await columnsOf(connection, `${PREFIX.pending}address_info`)

  if (nodes.size === 0) {
    return undefined
  }

  const copiedNodes = await copyNodes(connection, nodes, nowMs)
  const copiedAddresses = addresses.size === 0 ? { addresses: 0, duplicateAddresses: 0, orphanAddresses: 0 } : await copyAddresses(connection, addresses)
  const tables = ['node_info', ...addresses.size === 0 ? [] : ['address_info']]
  await connection.query(`RENAME TABLE ${tables.map(table => `${PREFIX.pending}${table} TO ${PREFIX.done}${table}`).join()}`)

  return { ...copiedNodes, ...copiedAddresses, events: await eventsOn(connection), keptTables: tables.map(table => `${PREFIX.done}${table}`) }
}

// Each of our tables has a column that no predecessor's has.
function isForeign (columns: Columns, ours: string): boolean {
  return columns.size > 0 && !columns.has(ours)
}

type Columns = ReadonlySet<string>

async function copyNodes (connection: MysqlConnection, columns: Columns, nowMs: number): Promise<Pick<AdoptionReport, 'nodes' | 'refusedNodes'>> {
  const table = `${PREFIX.pending}node_info`
  const column = (name: string, expression: string, absent: string): string => columns.has(name) ? expression : absent
  const agent = column('agent_version', 'LEFT(CONVERT(p.agent_version USING utf8mb4), 255)', 'NULL')
  const protocol = column('protocol_version', 'LEFT(CONVERT(p.protocol_version USING utf8mb4), 64)', 'NULL')
  const isIdentified = `(${agent} IS NOT NULL OR ${protocol} IS NOT NULL)`

  // Rows of one peer come in the order of their times, so that the newest stands at the end. An alias
  // for the new row is not to be had here: neither server takes one after SELECT.
  await connection.query(`INSERT INTO node_info (node_id, ${NODE_COLUMNS.join()}, changed_at)
    SELECT ${NODE_ID}, ${protocol}, ${agent}, ${column('discovery_type', 'COALESCE(LEFT(p.discovery_type, 32), \'active\')', '\'active\'')},
      ${column('latency', 'IF(p.latency >= 0, ROUND(p.latency), NULL)', 'NULL')}, p.last_seen, p.last_seen,
      IF(${isIdentified}, p.last_seen, NULL), p.last_seen, IF(${isIdentified}, 'identified', 'connected'), ${quote(storeTimeOf(nowMs))}
    FROM ${table} p WHERE ${isPeer()} AND p.last_seen IS NOT NULL ORDER BY p.last_seen
    ON DUPLICATE KEY UPDATE ${NODE_COLUMNS.filter(name => name !== 'first_seen').map(name => `${name} = VALUES(${name})`).join()}`, TIMEOUT_MS)
  const [all, nodes] = await count(connection, [`${table} p`, 'node_info'])

  return { nodes, refusedNodes: all - nodes }
}

async function copyAddresses (connection: MysqlConnection, columns: Columns): Promise<Pick<AdoptionReport, 'addresses' | 'duplicateAddresses' | 'orphanAddresses'>> {
  const table = `${PREFIX.pending}address_info`
  const own = `CONCAT('/p2p/', n.node_id)`
  const text = 'CONVERT(p.multiaddr USING utf8mb4)'
  const address = `LEFT(IF(RIGHT(${text}, CHAR_LENGTH(${own})) = ${own}, LEFT(${text}, CHAR_LENGTH(${text}) - CHAR_LENGTH(${own})), ${text}), 512)`
  const withNode = `${table} p JOIN node_info n ON n.node_id = ${NODE_ID} WHERE ${isPeer()} AND p.multiaddr IS NOT NULL`

  await connection.query(`INSERT INTO address_info (node_id, addr_hash, multiaddr, last_seen)
    SELECT n.node_id, UNHEX(LEFT(SHA2(${address}, 256), 32)), ${address}, ${columns.has('last_seen') ? 'COALESCE(p.last_seen, n.last_seen)' : 'n.last_seen'}
    FROM ${withNode}
    ON DUPLICATE KEY UPDATE last_seen = GREATEST(address_info.last_seen, VALUES(last_seen))`, TIMEOUT_MS)
  const [all, matched, addresses] = await count(connection, [`${table} p`, withNode, 'address_info'])

  return { addresses, duplicateAddresses: matched - addresses, orphanAddresses: all - matched }
}

function isPeer (): string {
  return 'p.node_id REGEXP \'^[0-9A-Za-z]{1,128}$\''
}

async function count (connection: MysqlConnection, tables: readonly string[]): Promise<[number, number, number]> {
  const results = await connection.run(tables.map(table => `SELECT COUNT(*) FROM ${table}`), TIMEOUT_MS)
  const [a = 0, b = 0, c = 0] = results.map(({ rows }) => Number(rows[0]?.[0]))

  return [a, b, c]
}

async function columnsOf (connection: MysqlConnection, table: string): Promise<Columns> {
  const { rows } = await connection.query(`SELECT COLUMN_NAME FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = ${quote(table)}`)

  return new Set(rows.map(([name]) => String(name).toLowerCase()))
}

function requireColumns (table: string, columns: Columns, needed: readonly string[]): void {
  const missing = needed.filter(column => !columns.has(column))

  if (missing.length > 0) {
    throw new ProbeError('PP_STORE_SCHEMA', `the ${table} that was found here lacks ${missing.join(' and ')}: rename or remove it, or use another database`)
  }
}

/** Events of the database that work on the tables, such as a predecessor's own clean-up. */
async function eventsOn (connection: MysqlConnection): Promise<string[]> {
  const { rows } = await connection.query('SELECT EVENT_NAME FROM information_schema.EVENTS WHERE EVENT_SCHEMA = DATABASE() AND EVENT_DEFINITION REGEXP \'node_info|address_info\' ORDER BY EVENT_NAME')

  return rows.map(([name]) => String(name))
}
