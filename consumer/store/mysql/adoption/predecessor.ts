// The tables of an earlier program in the database: node_info and address_info in another form, or in the state in
// which an interrupted adoption left them.
import { ProbeError } from '../../../../core/errors.ts'
import { MYSQL_VALUES } from '../server/mysql-values.ts'
import { listText, quote } from '../server/sql-text.ts'
import type { MysqlConnection } from '../server/connection.ts'

/** The tables that are taken over. */
export type AdoptedTable = 'node_info' | 'address_info'

/** A column as the server lists it, in lower case. */
export interface OldColumn { type: string, charset: string | null }

/** A table of the predecessor. */
export interface OldTable {
  /** Its current name. */
  name: string

  /** By name in lower case. */
  columns: ReadonlyMap<string, OldColumn>
}

/** The tables of a predecessor. */
export interface Predecessor {
  tables: Partial<Record<AdoptedTable, OldTable>>

  /** Whether our tables exist as well: an earlier version created them and could not complete its copy. */
  isBesideOurs: boolean
}

/** Prefix of the names under which the old tables are kept. */
export const KEPT = 'adopted_'

/** Prefix of our tables while they are filled. */
export const STAGED = 'adopting_'

// Prefix under which earlier versions kept the old tables while they copied them.
const SET_ASIDE = 'predecessor_'

const TABLES = ['node_info', 'address_info'] as const

// A column of each of our tables that no earlier program has.
const OURS = { node_info: 'changed_at', address_info: 'addr_hash' } as const

const NEEDED = { node_info: ['node_id', 'last_seen'], address_info: ['node_id', 'multiaddr'] } as const

type Columns = OldTable['columns']

/** Finds the tables of an earlier program. @throws ProbeError `PP_STORE_SCHEMA` when they cannot be taken over */
export async function findPredecessor (connection: MysqlConnection): Promise<Predecessor | undefined> {
  const present = await tablesOf(connection)
  const found = TABLES.flatMap((table) => {
    const old = oldTableOf(table, present)

    return old === undefined ? [] : [[table, old] as const]
  })

  if (found.length === 0) {
    return undefined
  }

  const isBesideOurs = TABLES.some(table => isOurs(table, present.get(table)))
  refuseIf(isBesideOurs && found.some(([table, old]) => old.name === table), 'one of them is ours already and the other is not')

  for (const [table, old] of found) {
    requireColumns(table, old)
  }
  const kept = TABLES.map(table => `${KEPT}${table}`).filter(name => present.has(name))
  refuseIf(kept.length > 0, `the name for an old table, ${kept.join(' and ')}, exists already: rename or remove it`)

  return { tables: Object.fromEntries(found), isBesideOurs }
}

/** Refuses a database in which another table has one of the names of our other tables. */
export async function refuseOtherTables (connection: MysqlConnection, names: readonly string[]): Promise<void> {
  const { rows } = await connection.query(`SELECT TABLE_NAME FROM information_schema.TABLES
    WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME IN ${listText(names.map(quote))} ORDER BY 1`)
  const others = rows.map(([name]) => String(name)).join(', ')

  refuseIf(others !== '', `the database has ${others} already, which this version would create: rename or remove them, or use another database`)
}

function oldTableOf (table: AdoptedTable, present: ReadonlyMap<string, Columns>): OldTable | undefined {
  const standing = present.get(table)
  const aside = present.get(`${SET_ASIDE}${table}`)
  const isForeign = standing !== undefined && !isOurs(table, standing)

  const again = `${table} was set aside as ${SET_ASIDE}${table} and exists again: stop the program that made it, and remove one of the two`
  refuseIf(isForeign && aside !== undefined, again)

  return isForeign ? { name: table, columns: standing } : aside === undefined ? undefined : { name: `${SET_ASIDE}${table}`, columns: aside }
}

function isOurs (table: AdoptedTable, columns: Columns | undefined): boolean {
  return columns?.has(OURS[table]) === true
}

function requireColumns (table: AdoptedTable, { columns }: OldTable): void {
  const missing = NEEDED[table].filter(column => !columns.has(column))

  refuseIf(missing.length > 0, `the ${table} that was found here lacks ${missing.join(' and ')}: rename or remove it, or use another database`)
}

function refuseIf (isUnfit: boolean, what: string): void {
  if (isUnfit) {
    throw new ProbeError('PP_STORE_SCHEMA', `the tables of an earlier program cannot be taken over: ${what}`)
  }
}

async function tablesOf (connection: MysqlConnection): Promise<Map<string, Columns>> {
  const names = TABLES.flatMap(table => ['', SET_ASIDE, KEPT].map(prefix => quote(`${prefix}${table}`)))
  const { rows } = await connection.query(`SELECT c.TABLE_NAME, c.COLUMN_NAME, c.DATA_TYPE, c.CHARACTER_SET_NAME, t.TABLE_TYPE FROM information_schema.COLUMNS c
    JOIN information_schema.TABLES t ON t.TABLE_SCHEMA = c.TABLE_SCHEMA AND t.TABLE_NAME = c.TABLE_NAME
    WHERE c.TABLE_SCHEMA = DATABASE() AND c.TABLE_NAME IN ${listText(names)}`)
  const views = rows.filter(([, , , , type]) => type === 'VIEW').map(([name]) => String(name))
  refuseIf(views.length > 0, `${[...new Set(views)].join(' and ')} is a view: rename or remove it, or use another database`)
  const tables = Map.groupBy(rows, ([name]) => String(name).toLowerCase())

  return new Map([...tables].map(([table, columns]) => [table, new Map(columns.map(([, name, type, charset]) =>
    [String(name).toLowerCase(), { type: String(type).toLowerCase(), charset: MYSQL_VALUES.textOrNull(charset, 'CHARACTER_SET_NAME')?.toLowerCase() ?? null }]))]))
}
