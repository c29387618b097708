// What the database itself runs goes on when a new program takes it over: a clean-up event would remove
// our rows as it removed the old ones. So whatever may write our tables has to be retired first.
import { ProbeError } from '../../../../core/errors.ts'
import { storedPrograms } from './stored-programs.ts'
import { judgePrograms } from './table-writers.ts'
import type { OtherProgram } from '../../model/node-store.ts'
import type { MysqlConnection } from '../server/connection.ts'
import type { JudgedProgram } from './table-writers.ts'

/** Names that our tables have or will have. What else we name so is made by no other program before. */
const TABLES = ['node_info', 'address_info', 'node_network', 'crawl', 'crawl_aggregate', 'visit', 'removal_mark']

/** More than anybody reads. */
const TOLD_AT_MOST = 50

/** What another program left running in the database. */
export interface OtherPrograms {
  /** Everything that the database's own schema holds, and what elsewhere may write our tables. */
  programs: readonly OtherProgram[]

  /** What this user cannot see, with the statement that lets it. */
  unseen: readonly string[]
}

/** Lists what the database runs by itself. */
export async function listPrograms (connection: MysqlConnection): Promise<OtherPrograms> {
  const { rows: [row] } = await connection.query('SELECT DATABASE()')
  const database = String(row?.[0])
  const schema = database.toLowerCase()
  const stored = await storedPrograms(connection, database)
  const judged = judgePrograms(stored, TABLES.map(name => ({ schema, name })))
  const ours = judged.filter(({ program, why }) => program.schema === schema || why !== '')

  return { programs: ours.map(toReport), unseen: stored.unseen }
}

/** The same. @throws ProbeError `PP_STORE_OTHER_PROGRAM` while one of them may write our tables */
export async function inspectPrograms (connection: MysqlConnection): Promise<OtherPrograms> {
  const { programs, unseen } = await listPrograms(connection)
  const writers = programs.filter(isAtWork)

  if (writers.length > 0) {
    throw new ProbeError('PP_STORE_OTHER_PROGRAM', refusalOf(writers, unseen), { details: { programs: writers.slice(0, TOLD_AT_MOST), unseen } })
  }

  return { programs: programs.slice(0, TOLD_AT_MOST), unseen }
}

function refusalOf (writers: readonly OtherProgram[], unseen: readonly string[]): string {
  const shown = writers.slice(0, TOLD_AT_MOST).map(({ kind, name, what, retire }) => `${kind.toLowerCase()} ${name} ${what}: ${retire}`)
  const more = writers.length > TOLD_AT_MOST ? [`and ${String(writers.length - TOLD_AT_MOST)} more`] : []
  const hidden = unseen.length > 0 ? `. This user does not see ${unseen.join(', ')}` : ''

  return `the database holds what may write the tables that are to be taken over; end it, then start again: ${[...shown, ...more].join('; ')}${hidden}`
}

/** Whether a program may write our tables as things stand. */
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
