// Copies the rows of an earlier program into our tables. Unusable rows are counted and not copied; no row stops the
// others. Both statements may run twice.
import { ProbeError } from '../../../../core/errors.ts'
import { storeTimeOf } from '../../model/store-time.ts'
import { quote } from '../server/sql-text.ts'
import { oldAddresses, oldNodes } from './old-rows.ts'
import type { CopiedAddresses, CopiedNodes } from '../../model/node-store.ts'
import type { MysqlConnection } from '../server/connection.ts'
import type { OldTable } from './predecessor.ts'

// The columns of the first migration: the tables have that form while they are filled.
const COLUMNS = ['protocol_version', 'agent_version', 'discovery_type', 'latency', 'last_seen', 'first_seen', 'identified_at', 'last_tried', 'last_outcome']

/** Long enough for some hundred million rows. */
const COPY_TIMEOUT_MS = 6 * 3_600_000

/** Copies the peers into `target`. */
export async function copyNodes (connection: MysqlConnection, old: OldTable, target: string, nowMs: number): Promise<CopiedNodes> {
  const rows = `(${oldNodes(old)}) p`
  const isIdentified = '(agent_version IS NOT NULL OR protocol_version IS NOT NULL)'

  // Rows of one peer are read in the order of their times, so that the newest wins. VALUES() and not a row alias:
  // neither server accepts an alias after SELECT.
  await connection.query(`INSERT INTO ${target} (node_id, ${COLUMNS.join()}, changed_at)
    SELECT node_id, protocol_version, agent_version, discovery_type, latency, seen, seen, IF(${isIdentified}, seen, NULL), seen,
      IF(${isIdentified}, 'identified', 'connected'), ${quote(storeTimeOf(nowMs))}
    FROM ${rows} WHERE has_id AND has_time ORDER BY seen
    ON DUPLICATE KEY UPDATE ${COLUMNS.filter(name => name !== 'first_seen').map(name => `${name} = VALUES(${name})`).join()}`, COPY_TIMEOUT_MS)
  const flags = ['NOT has_id', 'has_id AND NOT has_time', 'has_id AND has_time', 'has_id AND has_time AND is_changed']
  const [withoutId, withoutTime, usable, cut, nodes] = await counts(connection, flags, { rows, target })

  return { nodes, nodesWithoutId: withoutId, nodesWithoutTime: withoutTime, duplicateNodes: usable - nodes, nodesWithCutTexts: cut }
}

/** Copies the addresses of the peers in `nodes` into `target`; an address without a time gets the peer's. */
export async function copyAddresses (connection: MysqlConnection, old: OldTable, target: string, nodes: string): Promise<CopiedAddresses> {
  const rows = `(${oldAddresses(old)}) p`

  await connection.query(`INSERT INTO ${target} (node_id, addr_hash, multiaddr, last_seen)
    SELECT n.node_id, UNHEX(LEFT(SHA2(p.multiaddr, 256), 32)), p.multiaddr, IF(p.has_time, p.seen, n.last_seen)
    FROM ${rows} JOIN ${nodes} n ON n.node_id = p.node_id WHERE p.has_address
    ON DUPLICATE KEY UPDATE last_seen = GREATEST(${target}.last_seen, VALUES(last_seen))`, COPY_TIMEOUT_MS)
  const isKnown = 'n.node_id IS NOT NULL'
  const flags = ['n.node_id IS NULL', `${isKnown} AND NOT p.has_address`, `${isKnown} AND p.has_address`, `${isKnown} AND p.has_address AND NOT p.has_time`]
  const counted = { rows: `${rows} LEFT JOIN ${nodes} n ON n.node_id = p.node_id`, target }
  const [orphans, refused, usable, undated, addresses] = await counts(connection, flags, counted)

  return {
    addresses,
    duplicateAddresses: usable - addresses,
    orphanAddresses: orphans,
    refusedAddresses: refused,
    addressesWithoutTime: old.columns.has('last_seen') ? undated : 0
  }
}

/**
 * Runs `work` while the session accepts values that it would refuse otherwise, such as bytes that are not text: the
 * statements check each value themselves, and a value that they do not use must not stop them.
 */
export async function withLenientSession<T> (connection: MysqlConnection, work: () => Promise<T>): Promise<T> {
  const { rows: [mode] } = await connection.query('SELECT @@SESSION.sql_mode')
  await connection.query('SET SESSION sql_mode = \'NO_ENGINE_SUBSTITUTION\'')

  try {
    return await work()
  } finally {
    if (!connection.isBroken) {
      await connection.query(`SET SESSION sql_mode = ${quote(String(mode?.[0]))}`)
    }
  }
}

/** Computes checksums of tables; the returned function fails when they have changed since. @throws ProbeError `PP_STORE_CONFLICT` */
export async function watchTables (connection: MysqlConnection, names: readonly string[]): Promise<() => Promise<void>> {
  const sums = async (): Promise<string> => JSON.stringify((await connection.query(`CHECKSUM TABLE ${names.join()} EXTENDED`, COPY_TIMEOUT_MS)).rows)
  const before = await sums()

  return async () => {
    if (await sums() !== before) {
      throw new ProbeError('PP_STORE_CONFLICT', `another program wrote to ${names.join(' or ')} while the rows were copied: stop it, and start again`)
    }
  }
}

interface Counted { rows: string, target: string }

/** How many rows have each flag, and how many are in `target`. */
async function counts (connection: MysqlConnection, flags: readonly string[], { rows, target }: Counted): Promise<[number, number, number, number, number]> {
  const sums = flags.map(flag => `SUM(${flag})`)
  const { rows: [row = []] } = await connection.query(`SELECT ${sums.join()}, (SELECT COUNT(*) FROM ${target}) FROM ${rows}`, COPY_TIMEOUT_MS)
  const [a = 0, b = 0, c = 0, d = 0, e = 0] = row.map(Number)

  return [a, b, c, d, e]
}
