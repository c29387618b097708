import { rm } from 'node:fs/promises'
import { backup, DatabaseSync } from 'node:sqlite'
import { errorText, ProbeError } from '../../core/errors.ts'
import { preparePrivateFile } from '../../core/files/private-file.ts'
import { openDatabase } from '../../core/files/sqlite.ts'
import { numberAt, textAt } from '../../core/rows/sqlite-row.ts'
import { asStoreError } from '../store/sqlite/store-error.ts'
import { expectedBytes } from './backup-folder.ts'
import { bytesOf } from './sql-dump.ts'
import type { Clock } from '../../core/time/clock.ts'
import type { BackupContent, BackupFolder } from './backup-folder.ts'
import type { BackupManifest } from './backup-manifest.ts'

const BUSY_TIMEOUT_MS = 5_000

// All pages in one step: between two steps a writer would make it begin again. The step runs outside of the event loop,
// and a reader blocks no writer.
const ALL_PAGES = 2_147_483_647

/**
 * A backup of a SQLite database while it is written to, by SQLite's online backup.
 *
 * @throws ProbeError `PP_BACKUP_FAILED`, `PP_DISK_LOW`, or a code of the store
 */
export async function backUpSqlite (clock: Clock, path: string, folder: BackupFolder, signal: AbortSignal): Promise<BackupManifest> {
  const takenAt = new Date(clock.now()).toISOString()
  await folder.removeLeftovers(clock.now())
  const copy = folder.temporary('copy')

  try {
    const serverVersion = await copyDatabase(path, copy, folder)
    const content = contentOf(copy)

    return await folder.write({ kind: 'sqlite', serverVersion, takenAt }, { bytes: bytesOf(copy), content: () => content }, () => clock.now(), signal)
  } finally {
    await rm(copy, { force: true })
  }
}

async function copyDatabase (path: string, copy: string, folder: BackupFolder): Promise<string> {
  using database = openSource(path)
  const bytes = sizeOf(database, path)
  const last = (await folder.list()).at(-1)
  await folder.requireRoom(bytes + (last === undefined ? bytes : expectedBytes(last).packed))
  preparePrivateFile(copy)

  try {
    await backup(database, copy, { rate: ALL_PAGES })
  } catch (err) {
    throw new ProbeError('PP_BACKUP_FAILED', `${copy}: ${errorText(err)}`, { cause: err, details: { path } })
  }

  return textAt(database.prepare('SELECT sqlite_version() AS version').get(), 'version')
}

function openSource (path: string): DatabaseSync {
  try {
    return openDatabase(path, { busyTimeoutMs: BUSY_TIMEOUT_MS, readOnly: true })
  } catch (err) {
    throw asStoreError(err, path)
  }
}

// A damaged file is noticed here, by the first page that is read.
function sizeOf (database: DatabaseSync, path: string): number {
  try {
    const pages = numberAt(database.prepare('PRAGMA page_count').get(), 'page_count')

    return pages * numberAt(database.prepare('PRAGMA page_size').get(), 'page_size')
  } catch (err) {
    throw asStoreError(err, path)
  }
}

/** Checks a SQLite file and counts its rows. @throws ProbeError `PP_BACKUP_INVALID` */
export function contentOf (path: string): BackupContent {
  try {
    using database = new DatabaseSync(path)
    // One file: without this, reading it would make others next to it.
    database.exec('PRAGMA journal_mode = DELETE')
    const [found] = database.prepare('PRAGMA quick_check(1)').all()
    const verdict = textAt(found, 'quick_check')

    if (verdict !== 'ok') {
      throw new ProbeError('PP_BACKUP_INVALID', `${path}: ${verdict}`)
    }

    const tables = database.prepare('SELECT name FROM sqlite_master WHERE type = \'table\' AND name NOT LIKE \'sqlite!_%\' ESCAPE \'!\' ORDER BY name').all().map(row => textAt(row, 'name'))
    const rows = Object.fromEntries(tables.map(table => [table, numberAt(database.prepare(`SELECT count(*) AS n FROM "${table.replaceAll('"', '""')}"`).get(), 'n')]))
    const schemaVersion = rows['schema_migration'] ?? 0

    if (schemaVersion === 0) {
      throw new ProbeError('PP_BACKUP_INVALID', `${path}: it has no table schema_migration with rows, so it is not a database of PeerProbe`)
    }

    return { rows, schemaVersion }
  } catch (err) {
    throw err instanceof ProbeError ? err : new ProbeError('PP_BACKUP_INVALID', `${path}: ${errorText(err)}`, { cause: err })
  }
}
