// A database that already has node_info and address_info, from an earlier program, is taken over with its data. The
// old tables stay unchanged while ours are filled under other names. Then one atomic RENAME TABLE puts ours in their
// place and keeps theirs under other names. So a failure or a kill at any moment leaves either the old database or
// the new one, and the next run continues.
import { ProbeError } from '../../../../core/errors.ts'
import { copyAddresses, copyNodes, watchTables, withLenientSession } from './copy-rows.ts'
import { findPredecessor, KEPT, refuseOtherTables, STAGED } from './predecessor.ts'
import { inspectPrograms } from './retire-programs.ts'
import type { AdoptionReport } from '../../model/node-store.ts'
import type { MysqlConnection } from '../server/connection.ts'
import type { AdoptedTable, Predecessor } from './predecessor.ts'

const TIMEOUT_MS = 60_000
const NO_NODES = { nodes: 0, nodesWithoutId: 0, nodesWithoutTime: 0, duplicateNodes: 0, nodesWithCutTexts: 0 }
const NO_ADDRESSES = { addresses: 0, duplicateAddresses: 0, orphanAddresses: 0, refusedAddresses: 0, addressesWithoutTime: 0 }

const CREATE_TABLE = /CREATE TABLE IF NOT EXISTS (\w+) \([^;]*;/g

/**
 * Takes over the tables of an earlier program, before our tables are created; undefined if there are none. `schema` is the SQL
 * of the first migration, whose tables replace the old ones.
 *
 * @throws ProbeError `PP_STORE_SCHEMA` when the tables cannot be taken over, `PP_STORE_OTHER_PROGRAM` while something in the database may
 * write them, `PP_STORE_CONFLICT` when they changed meanwhile; then the database is unchanged
 */
export async function adoptPredecessor (connection: MysqlConnection, schema: string, nowMs: number): Promise<AdoptionReport | undefined> {
  const predecessor = await findPredecessor(connection)

  if (predecessor === undefined || predecessor.isBesideOurs) {
    return undefined
  }

  const found = await inspectPrograms(connection)
  await refuseOtherTables(connection, namesIn(schema).filter(name => !isAdopted(name)))
  const rows = await withLenientSession(connection, async () => await fillBeside(connection, predecessor, schema, nowMs))

  return { ...rows, ...found, keptTables: await keepOld(connection, predecessor, ADOPTED.map(table => `${STAGED}${table} TO ${table}`)) }
}

/**
 * Completes an adoption that an earlier version began: it renamed the old tables, created ours and could not copy the rows.
 *
 * @throws ProbeError as {@link adoptPredecessor}
 */
export async function completeAdoption (connection: MysqlConnection, nowMs: number): Promise<AdoptionReport | undefined> {
  const predecessor = await findPredecessor(connection)

  if (predecessor === undefined) {
    return undefined
  }

  const found = await inspectPrograms(connection)
  const targets = { node_info: 'node_info', address_info: 'address_info' }
  const rows = await withLenientSession(connection, async () => await fill(connection, predecessor, targets, nowMs))

  return { ...rows, ...found, keptTables: await keepOld(connection, predecessor) }
}

async function keepOld (connection: MysqlConnection, predecessor: Predecessor, others: readonly string[] = []): Promise<string[]> {
  const tables = tablesOf(predecessor)
  await connection.query(`RENAME TABLE ${[...tables.map(([table, name]) => `${name} TO ${KEPT}${table}`), ...others].join()}`, TIMEOUT_MS)

  return tables.map(([table]) => `${KEPT}${table}`)
}

type CopiedRows = Omit<AdoptionReport, 'programs' | 'unseen' | 'keptTables'>

const ADOPTED = ['node_info', 'address_info'] as const

const isAdopted = (name: string): boolean => ADOPTED.some(table => table === name)

function tablesOf ({ tables }: Predecessor): [AdoptedTable, string][] {
  return ADOPTED.flatMap(table => tables[table] === undefined ? [] : [[table, tables[table].name]])
}

async function fillBeside (connection: MysqlConnection, predecessor: Predecessor, schema: string, nowMs: number): Promise<CopiedRows> {
  await dropStaged(connection)

  try {
    for (const table of ADOPTED) {
      await connection.query(stagedTable(schema, table), TIMEOUT_MS)
    }

    const requireUnchanged = await watchTables(connection, tablesOf(predecessor).map(([, name]) => name))
    const rows = await fill(connection, predecessor, { node_info: `${STAGED}node_info`, address_info: `${STAGED}address_info` }, nowMs)
    await requireUnchanged()

    return rows
  } catch (err) {
    if (!connection.isBroken) {
      await dropStaged(connection)
    }
    throw err
  }
}

async function fill (connection: MysqlConnection, { tables }: Predecessor, targets: Record<AdoptedTable, string>, nowMs: number): Promise<CopiedRows> {
  return {
    ...tables.node_info === undefined ? NO_NODES : await copyNodes(connection, tables.node_info, targets.node_info, nowMs),
    ...tables.address_info === undefined ? NO_ADDRESSES : await copyAddresses(connection, tables.address_info, targets.address_info, targets.node_info)
  }
}

// The foreign key of the addresses requires this order.
async function dropStaged (connection: MysqlConnection): Promise<void> {
  await connection.query(`DROP TABLE IF EXISTS ${STAGED}address_info, ${STAGED}node_info`, TIMEOUT_MS)
}

function namesIn (schema: string): string[] {
  return [...schema.matchAll(CREATE_TABLE)].map(([, name = '']) => name)
}

/** The statement of the schema that makes a table, under its name while it is filled. */
function stagedTable (schema: string, table: AdoptedTable): string {
  const [statement] = [...schema.matchAll(CREATE_TABLE)].find(([, name]) => name === table) ?? []

  if (statement === undefined) {
    throw new ProbeError('PP_STORE_SCHEMA', `the first migration makes no table ${table}`)
  }

  return statement.replaceAll(/\b(CREATE TABLE IF NOT EXISTS|REFERENCES) (node_info|address_info)\b/g, `$1 ${STAGED}$2`).replace(/;$/, '')
}
