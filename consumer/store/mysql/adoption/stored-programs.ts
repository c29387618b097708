// Everything that the server itself runs: events, triggers and routines, also those of other schemas, which may
// change this one. They are judged by their effects, including those of the routines they call.
import { defined } from '../../../../core/defined.ts'
import { isProbeError } from '../../../../core/errors.ts'
import { MYSQL_VALUES } from '../server/mysql-values.ts'
import { quote } from '../server/sql-text.ts'
import { grantsCover } from './grants.ts'
import { effectsOf } from './program-effects.ts'
import type { MysqlConnection } from '../server/connection.ts'
import type { ProgramEffects, QualifiedName } from './program-effects.ts'

/** An event, trigger or routine as the server lists it. */
export interface StoredProgram extends QualifiedName {
  /** As the server names it, in upper case: EVENT, TRIGGER, PROCEDURE, FUNCTION, PACKAGE, PACKAGE BODY. */
  kind: string

  /** Its quoted name, with the schema if that is another one. */
  shown: string

  /** When it runs: the state of an event, the table and moment of a trigger; empty for routines. */
  when: string

  /** Whether it runs at all: false for an event that is disabled. */
  isActive: boolean

  /** The table of a trigger. */
  table?: QualifiedName

  /** Whether it belongs to the database in use, or its text at least mentions that database. */
  concerns: 'own' | 'named' | 'other'

  /** Its effects; undefined where the server does not show its text to this user. */
  effects: ProgramEffects | undefined
}

/** The programs and views that the server shows to this user. */
export interface StoredPrograms {
  programs: readonly StoredProgram[]

  /** Views, with the text of each. */
  views: readonly (QualifiedName & { text: string })[]

  /** Kinds of programs that this user cannot see, each with the GRANT statement. */
  unseen: readonly string[]
}

const LIMIT = 10_000
const NAMED_AT_MOST = 20
const TIMEOUT_MS = 120_000
const FOREIGN = (schema: string): string => `${schema} NOT IN ('mysql', 'sys', 'information_schema', 'performance_schema') ORDER BY 1, 2 LIMIT ${String(LIMIT)}`

const EVENTS = `SELECT EVENT_SCHEMA, EVENT_NAME, 'EVENT', EVENT_DEFINITION, STATUS, ''
  FROM information_schema.EVENTS WHERE ${FOREIGN('EVENT_SCHEMA')}`
const MOMENT = 'CONCAT(ACTION_TIMING, \' \', EVENT_MANIPULATION, \' ON \', EVENT_OBJECT_TABLE)'
const TRIGGERS = `SELECT TRIGGER_SCHEMA, TRIGGER_NAME, 'TRIGGER', ACTION_STATEMENT, ${MOMENT}, EVENT_OBJECT_TABLE
  FROM information_schema.TRIGGERS WHERE ${FOREIGN('TRIGGER_SCHEMA')}`
const ROUTINES = `SELECT ROUTINE_SCHEMA, ROUTINE_NAME, ROUTINE_TYPE, ROUTINE_DEFINITION, '', ''
  FROM information_schema.ROUTINES WHERE ${FOREIGN('ROUTINE_SCHEMA')}`
const VIEWS = `SELECT TABLE_SCHEMA, TABLE_NAME, VIEW_DEFINITION FROM information_schema.VIEWS WHERE ${FOREIGN('TABLE_SCHEMA')}`

/** Reads the programs and views that this user can see. `database` is the one in use. */
export async function storedPrograms (connection: MysqlConnection, database: string): Promise<StoredPrograms> {
  const [events, triggers, routines, views] = await connection.run([EVENTS, TRIGGERS, ROUTINES, VIEWS], TIMEOUT_MS)
  const rows = [events, triggers, routines].flatMap(result => result?.rows ?? [])

  const programs = rows.map(row => programOf(row, database))
  const isCut = [events, triggers, routines, views].some(result => result?.rows.length === LIMIT)

  return {
    programs,
    views: views?.rows.map(([schema, name, text]) => ({ ...namedBy(schema, name), text: MYSQL_VALUES.textOrNull(text, 'VIEW_DEFINITION') ?? '' })) ?? [],
    unseen: [
      ...await unseenBy(connection, database),
      ...unreadIn(connection, programs),
      ...isCut ? [`programs after the first ${String(LIMIT)} of each kind on this server`] : []
    ]
  }
}

function namedBy (schema: unknown, name: unknown): QualifiedName {
  return { schema: String(schema).toLowerCase(), name: String(name).toLowerCase() }
}

function programOf ([schema, name, kind, body, when, table]: readonly unknown[], database: string): StoredProgram {
  const own = String(schema)
  const isOwn = own.toLowerCase() === database.toLowerCase()
  const text = MYSQL_VALUES.textOrNull(body, 'definition')
  const parts = isOwn ? [String(name)] : [own, String(name)]

  return {
    ...namedBy(schema, name),
    kind: String(kind).toUpperCase(),
    shown: parts.map(quotedName).join('.'),
    when: String(when),
    isActive: when !== 'DISABLED',
    ...defined({ table: table === '' ? undefined : namedBy(schema, table) }),
    concerns: isOwn ? 'own' : text?.toLowerCase().includes(database.toLowerCase()) === true ? 'named' : 'other',
    effects: text === null ? undefined : effectsOf(text, own.toLowerCase())
  }
}

/** A name in the quotes of the server. */
export function quotedName (name: string): string {
  return `\`${name.replaceAll('`', '``')}\``
}

async function unseenBy (connection: MysqlConnection, database: string): Promise<string[]> {
  const { rows: [who] } = await connection.query('SELECT CURRENT_USER()')
  const [user = '', host = '%'] = String(who?.[0]).split(/@(?=[^@]*$)/)
  const grant = (privilege: string): string => `GRANT ${privilege} ON ${quotedName(database)}.* TO ${quote(user)}@${quote(host)}`
  const covered = await grantsCover(connection, database, ['TRIGGER', 'EXECUTE'])

  return [
    ...await seesEvents(connection) ? [] : [`events (${grant('EVENT')})`],
    ...covered.has('TRIGGER') ? [] : [`triggers (${grant('TRIGGER')})`],
    ...covered.has('EXECUTE') ? [] : [`routines (${grant('EXECUTE')})`]
  ]
}

function unreadIn ({ server }: MysqlConnection, programs: readonly StoredProgram[]): string[] {
  const names = programs.filter(({ concerns, effects }) => concerns === 'own' && effects === undefined).map(({ shown }) => shown)
  const privilege = server.family === 'mariadb' ? 'SELECT ON mysql.proc' : 'SHOW_ROUTINE ON *.*'

  return names.length === 0 ? [] : [`the text of ${names.slice(0, NAMED_AT_MOST).join(', ')} (GRANT ${privilege})`]
}

// Without the privilege, information_schema shows no events without an error. This statement fails instead.
async function seesEvents (connection: MysqlConnection): Promise<boolean> {
  try {
    await connection.query('SHOW EVENTS')
    return true
  } catch (err) {
    if (isProbeError(err, 'PP_STORE_GRANT_MISSING')) {
      return false
    }
    throw err
  }
}
