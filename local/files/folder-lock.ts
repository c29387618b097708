import { DatabaseSync } from 'node:sqlite'
import { errorText, ProbeError } from '../../core/errors.ts'
import { protectDatabase, sqliteFault } from '../../core/files/sqlite.ts'
import type { StatementSync } from 'node:sqlite'

/** What a run may remove: names in its folder that a practice network's run created, and private folders elsewhere. */
export type MadeKind = 'practice' | 'private'

/**
 * The lock of one run on its folder, and the record of what runs created there. A name that looks like ours may be
 * the user's own, so only recorded files are ever removed. The lock is an operating-system lock on a file, so it
 * ends when the process ends for any reason; the record outlives it.
 */
export class FolderLock implements Disposable {
  readonly #database: DatabaseSync
  readonly #made: StatementSync
  readonly #remember: StatementSync
  readonly #forget: StatementSync
  readonly #where: { file: string, path: string }

  // Prepared here so that the database of another program fails now and not in the middle of a run.
  private constructor (database: DatabaseSync, where: { file: string, path: string }) {
    this.#database = database
    this.#where = where
    this.#made = database.prepare('SELECT path FROM made WHERE kind = ?')
    this.#remember = database.prepare('INSERT OR REPLACE INTO made (path, kind) VALUES (?, ?)')
    this.#forget = database.prepare('DELETE FROM made WHERE kind = ? AND path = ?')
  }

  /**
   * Takes the lock.
   *
   * @param path the folder, for messages
   * @throws ProbeError `PP_CONFIG_INVALID` when another run has the lock, or the file cannot be used
   */
  static hold (file: string, path: string): FolderLock {
    let database: DatabaseSync | undefined

    try {
      protectDatabase(file)
      database = new DatabaseSync(file)
      // The lock outlives the transaction: https://www.sqlite.org/pragma.html#pragma_locking_mode
      database.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; CREATE TABLE IF NOT EXISTS made (path TEXT PRIMARY KEY, kind TEXT NOT NULL) STRICT; COMMIT')

      return new FolderLock(database, { file, path })
    } catch (err) {
      database?.close()
      throw refusal(err, file, path)
    }
  }

  /** What earlier runs and this one recorded. */
  made (kind: MadeKind): string[] {
    return this.#use(() => this.#made.all(kind).map(({ path }) => String(path)))
  }

  /** @throws ProbeError `PP_CONFIG_INVALID` when the file cannot be written, such as on a full disk */
  remember (kind: MadeKind, path: string): void {
    this.#use(() => this.#remember.run(path, kind))
  }

  /** @throws ProbeError as {@link remember} does */
  forget (kind: MadeKind, path: string): void {
    this.#use(() => this.#forget.run(kind, path))
  }

  [Symbol.dispose] (): void {
    this.#database.close()
  }

  #use<T> (work: () => T): T {
    try {
      return work()
    } catch (err) {
      throw refusal(err, this.#where.file, this.#where.path)
    }
  }
}

function refusal (err: unknown, file: string, path: string): ProbeError {
  const fault = sqliteFault(err)
  const wayOut = fault === 'unavailable' ? 'free space on its disk' : 'remove it if it is not your own file, make it writable'
  const message = fault === 'busy'
    ? `another run is using ${path}: stop it, or choose another folder`
    : `${file} cannot be used as the lock of this folder (${errorText(err)}): ${wayOut}, or choose another folder`

  return new ProbeError('PP_CONFIG_INVALID', `--data: ${message}`, { cause: err })
}
