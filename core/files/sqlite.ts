// The parts of node:sqlite that the embedded log and the embedded store share: how a file is
// opened, what a transaction is, and what an error means.
//
// WAL with synchronous=NORMAL: a commit is in the file system when it returns, so it outlives the
// process (SIGKILL at any moment), but it is only forced to the disk at a checkpoint. After a power
// cut the file is whole and may lack the last transactions.
import { DatabaseSync } from 'node:sqlite'
import { preparePrivateFile, protectFile } from './private-file.ts'

/** How {@link openDatabase} opens a file. */
export interface OpenDatabaseOptions {
  /** How long a statement may block this process while another one writes, in milliseconds. */
  busyTimeoutMs: number

  /** @default false */
  readOnly?: boolean
}

// Left by a killed process. New ones get the permissions of the database.
const COMPANIONS = ['-wal', '-shm', '-journal']

/** Opens (or makes) a database file in WAL mode with foreign keys enforced, for its owner alone. */
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

/** Makes sure that a database file, which may not be there yet, and the files beside it are for their owner alone. Called before it is opened. */
export function protectDatabase (path: string): void {
  preparePrivateFile(path)
  COMPANIONS.forEach((end) => {
    protectFile(`${path}${end}`)
  })
}

/** Runs `work` in one write transaction: all of it happens, or nothing. The write lock is taken at the start, so that it is never refused halfway. */
export function inTransaction<T> (database: DatabaseSync, work: () => T): T {
  database.exec('BEGIN IMMEDIATE')

  try {
    const result = work()
    database.exec('COMMIT')

    return result
  } catch (err) {
    // Some failures (disk full, I/O) have rolled back already.
    if (database.isTransaction) {
      database.exec('ROLLBACK')
    }
    throw err
  }
}

/**
 * What an error of SQLite means to its caller: `busy` another process holds the lock, `data` the
 * values are refused, `schema` the statement does not fit the database, `closed` the database was
 * closed, `file` the file is damaged, is no database or may not be used, `unavailable` disk or memory fail.
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
