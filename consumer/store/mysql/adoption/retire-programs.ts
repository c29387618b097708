// Events, triggers and routines of a database stay active when a new program takes it over: a clean-up event would
// remove our rows as it removed the old ones. So every program that may write our tables must be dropped first.
import { ProbeError } from '../../../../core/errors.ts'
import { storedPrograms } from './stored-programs.ts'
import { judgePrograms } from './table-writers.ts'
import type { OtherProgram } from '../../model/node-store.ts'
import type { MysqlConnection } from '../server/connection.ts'
import type { JudgedProgram } from './table-writers.ts'

/** Names of our tables, now or after the migration. */
const TABLES = ['node_info', 'address_info', 'node_network', 'crawl', 'crawl_aggregate', 'visit', 'removal_mark', 'session']

/** Maximum number of programs in a message. */
const MAX_LISTED = 50

/** Events, triggers and routines of other programs. */
export interface OtherPrograms {
  /** All programs of the database's schema, and those of other schemas that may write our tables. */
  programs: readonly OtherProgram[]

  /** Kinds of programs that this user cannot see, each with the GRANT statement. */
  unseen: readonly string[]
}

/** Lists the events, triggers and routines that concern the database. */
export async function listPrograms (connection: MysqlConnection): Promise<OtherPrograms> {
  const { rows: [row] } = await connection.query('SELECT DATABASE()')
  const database = String(row?.[0])
  const schema = database.toLowerCase()
  const stored = await storedPrograms(connection, database)
  const judged = judgePrograms(stored, TABLES.map(name => ({ schema, name })))
  const ours = judged.filter(({ program, why }) => program.schema === schema || why !== '')

  return { programs: ours.map(toReport), unseen: stored.unseen }
}

/** The same list, bounded. @throws ProbeError `PP_STORE_OTHER_PROGRAM` while one of them may write our tables */
export async function inspectPrograms (connection: MysqlConnection): Promise<OtherPrograms> {
  const { programs, unseen } = await listPrograms(connection)
  const writers = programs.filter(isAtWork)

  if (writers.length > 0) {
    throw new ProbeError('PP_STORE_OTHER_PROGRAM', refusalOf(writers, unseen), { details: { programs: writers.slice(0, MAX_LISTED), unseen } })
  }

  return { programs: programs.slice(0, MAX_LISTED), unseen }
}

function refusalOf (writers: readonly OtherProgram[], unseen: readonly string[]): string {
  const shown = writers.slice(0, MAX_LISTED).map(({ kind, name, what, retire }) => `${kind.toLowerCase()} ${name} ${what}: ${retire}`)
  const more = writers.length > MAX_LISTED ? [`and ${String(writers.length - MAX_LISTED)} more`] : []
  const hidden = unseen.length > 0 ? `. This user does not see ${unseen.join(', ')}` : ''

  return `programs in the database may write the tables that are to be taken over; drop them, then start again: ${[...shown, ...more].join('; ')}${hidden}`
}

/** Whether a program may write our tables now. */
export function isAtWork ({ canWrite, isActive }: OtherProgram): boolean {
  return canWrite && isActive
}

function toReport ({ program, why }: JudgedProgram): OtherProgram {
  const { kind, shown, when, isActive, effects } = program
  const does = why !== '' ? why : effects === undefined ? 'cannot be read by this user' : 'writes none of our tables'

  return { kind, name: shown, what: when === '' ? does : `(${when}) ${does}`, canWrite: why !== '', isActive, retire: retirementOf(kind, shown) }
}

function retirementOf (kind: OtherProgram['kind'], shown: string): string {
  return kind === 'EVENT' ? `DROP EVENT ${shown} (or ALTER EVENT ${shown} DISABLE)` : `DROP ${kind} ${shown}`
}
