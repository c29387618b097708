// Migrations are numbered SQL files, applied in order and never edited afterwards. The checksum of each is
// recorded: an edited file is recognised before anything is written.
//
// A migration only adds, so that older versions work on a newer database: after a rollback, and between two steps of an upgrade. One that takes
// away what older versions use has a name that begins with `breaking-`: they find it in the database and refuse to work on it.
import { hash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ProbeError } from '../../../core/errors.ts'

/** One numbered step of the schema. */
export interface Migration {
  /** From 1, without gaps. */
  version: number

  /** File name without number and ending. */
  name: string

  sql: string

  /** SHA-256 of the file in hex. */
  checksum: string
}

/** A migration as recorded in the database. */
export type AppliedMigration = Pick<Migration, 'version' | 'name' | 'checksum'>

const FILE_NAME = /^(\d{4})-([a-z0-9-]+)\.sql$/

/** Reads the migrations of a folder. @throws TypeError when a file name is invalid or a number is missing */
export function readMigrations (folder: string): Migration[] {
  return readdirSync(folder).sort().map((file, i) => {
    const [, number, name] = FILE_NAME.exec(file) ?? []
    const sql = readFileSync(join(folder, file), 'utf8')

    if (name === undefined || Number(number) !== i + 1) {
      throw new TypeError(`${file} is not migration number ${String(i + 1)}`)
    }

    return { version: i + 1, name, sql, checksum: hash('sha256', sql, 'hex') }
  })
}

/** The beginning of the name of a migration after which older versions cannot work. */
export const BREAKING = 'breaking-'

/**
 * The migrations that a database lacks.
 *
 * @throws ProbeError `PP_STORE_SCHEMA` when it has a breaking migration that this version lacks, or a different one of the same number
 */
export function pendingMigrations (known: readonly Migration[], applied: readonly AppliedMigration[]): Migration[] {
  for (const { version, name, checksum } of applied) {
    const migration = known[version - 1]

    if (migration === undefined && name.startsWith(BREAKING)) {
      throw new ProbeError('PP_STORE_SCHEMA', `the database has migration ${String(version)} (${name}), which this version does not know: a newer version created it`)
    }
    if (migration !== undefined && migration.checksum !== checksum) {
      throw new ProbeError('PP_STORE_SCHEMA', `migration ${String(version)} (${name}) was applied with other contents than ${migration.name} has now`)
    }
  }

  return known.slice(applied.length)
}
