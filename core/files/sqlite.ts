// What the embedded log and the embedded store share of node:sqlite: opening a file, transactions, and the
// classification of errors.
//
// WAL with synchronous=NORMAL: a commit is in the file system when it returns, so it outlives the
// process (SIGKILL at any moment), but it is only synced to the disk at a checkpoint. After a power
// cut the file is intact and may lack the last transactions.
import { DatabaseSync } from 'node:sqlite'
import { preparePrivateFile, protectFile } from './private-file.ts'

/** How {@link openDatabase} opens a file. */
export interface OpenDatabaseOptions {
  /** How long a statement may block this process while another one writes, in milliseconds. */
  busyTimeoutMs: number

  /** @default false */
  readOnly?: boolean
}

// A killed process leaves these files. SQLite creates new ones with the permissions of the database.
const COMPANIONS = ['-wal', '-shm', '-journal']

/** Opens (or creates) a private database file in WAL mode with foreign keys enforced. */
export function openDatabase (path: string, { busyTimeoutMs, readOnly = false }: OpenDatabaseOptions): DatabaseSync {
  if (!readOnly && path !== ':memory:') {
    protectDatabase(path)
  }

  const database = new DatabaseSync(path, { timeout: busyTimeoutMs, readOnly })

  try {
    database.exec(readOnly ? 'PRAGMA query_only = 1' : 'PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL')
  } catch (err) {
    database.close()
    throw err
  }

  return database
}

/** Makes a database file and SQLite's files next to it private, existing or not. To be called before the database is opened. */
export function protectDatabase (path: string): void {
  preparePrivateFile(path)
  COMPANIONS.forEach((end) => {
    protectFile(`${path}${end}`)
  })
}

/** Runs `work` in one write transaction: all of it happens, or nothing. It takes the write lock at the start, so that no later statement is refused as busy. */
export function inTransaction<T> (database: DatabaseSync, work: () => T): T {
  database.exec('BEGIN IMMEDIATE')

  try {
    const result = work()
    database.exec('COMMIT')

    return result
  } catch (err) {
    // After some failures (disk full, I/O) SQLite has already rolled back.
    if (database.isTransaction) {
      database.exec('ROLLBACK')
    }
    throw err
  }
}

/**
 * Kinds of errors of SQLite: `busy` another process has the lock, `data` the values are refused, `schema` the
 * statement does not fit the database, `closed` the database was closed, `file` the file is damaged, is not a
 * database or must not be used, `unavailable` disk or memory fail.
 */
export type SqliteFault = 'busy' | 'data' | 'schema' | 'closed' | 'file' | 'unavailable'

// Primary result codes, https://www.sqlite.org/rescode.html
const FAULT_BY_CODE: Readonly<Record<number, SqliteFault>> = {
  1: 'schema', // SQLITE_ERROR
  3: 'file', // SQLITE_PERM
  5: 'busy', // SQLITE_BUSY
  6: 'busy', // SQLITE_LOCKED
  8: 'file', // SQLITE_READONLY
  11: 'file', // SQLITE_CORRUPT
  14: 'file', // SQLITE_CANTOPEN
  17: 'schema', // SQLITE_SCHEMA
  18: 'data', // SQLITE_TOOBIG
  19: 'data', // SQLITE_CONSTRAINT
  20: 'data', // SQLITE_MISMATCH
  26: 'file' // SQLITE_NOTADB
}

/** Classifies an error by its code; undefined when it does not come from SQLite. Never throws. */
export function sqliteFault (err: unknown): SqliteFault | undefined {
  if (!(err instanceof Error) || !('code' in err)) {
    return undefined
  }
  if (err.code === 'ERR_INVALID_STATE') {
    return 'closed'
  }
  if (err.code !== 'ERR_SQLITE_ERROR' || !('errcode' in err) || typeof err.errcode !== 'number') {
    return undefined
  }

  return FAULT_BY_CODE[err.errcode & 0xff] ?? 'unavailable'
}
