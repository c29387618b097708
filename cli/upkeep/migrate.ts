import { escapeControlChars } from '../../core/text/escape-control-chars.ts'
import { writeOut } from '../output/write-out.ts'
import { openToWrite } from '../source/open-source.ts'
import type { AdoptionReport, MigrationReport } from '../../consumer/store/model/node-store.ts'
import type { SourceOptions } from '../source/source-options.ts'

/** Migrates the database that the options choose, and prints what was done. */
export async function migrate (source: SourceOptions, { json }: { json: boolean }, signal: AbortSignal): Promise<void> {
  const { store } = await openToWrite(source)
  await using _ = store
  const report = await store.migrate()

  await writeOut(json ? `${JSON.stringify(report)}\n` : migrationLines(report).map(line => `${line}\n`).join(''), signal)
}

/** What a migration did, for a person. */
export function migrationLines ({ applied, adopted, writers = [] }: MigrationReport): string[] {
  return [
    applied.length === 0 ? 'the tables are those of this version already' : `migrations applied: ${applied.join(', ')}`,
    ...adopted === undefined ? [] : adoptionLines(adopted),
    ...writers.length === 0 ? [] : ['programs in the database that may write the tables; drop each with:', ...writers.map(({ retire }) => `  ${escapeControlChars(retire)}`)]
  ]
}

function adoptionLines ({ nodes, addresses, keptTables, unseen, programs, ...rest }: AdoptionReport): string[] {
  const left = Object.entries(rest).filter(([, count]) => typeof count === 'number' && count > 0).map(([what, count]) => `  ${what}: ${String(count)}`)

  return [
    `taken over from an earlier program: ${String(nodes)} peers, ${String(addresses)} addresses`,
    ...left.length === 0 ? [] : ['rows that were not taken over, or were changed:', ...left],
    `the old tables are kept as ${keptTables.map(escapeControlChars).join(', ')}`,
    ...programs.length === 0 ? [] : [`other programs in the database: ${programs.map(({ kind, name }) => escapeControlChars(`${kind} ${name}`)).join(', ')}`],
    ...unseen.map(statement => `what this user cannot see must be checked by an administrator: ${escapeControlChars(statement)}`)
  ]
}
