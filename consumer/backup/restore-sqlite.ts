import { randomUUID } from 'node:crypto'
import { createWriteStream, existsSync, renameSync, rmSync } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { isDeepStrictEqual } from 'node:util'
import { errorText, ProbeError } from '../../core/errors.ts'
import { PRIVATE_FILE } from '../../core/files/private-file.ts'
import { contentsOf } from './opened-backup.ts'
import { contentOf } from './sqlite-backup.ts'
import type { BackupManifest } from './backup-manifest.ts'

/**
 * Restores a SQLite database: under another name first, where it is checked.
 *
 * @param path the file of the database, which must not exist yet
 * @throws ProbeError `PP_RESTORE_REFUSED`, `PP_RESTORE_FAILED`, `PP_BACKUP_INVALID`
 */
export async function restoreSqlite (backup: string, manifest: BackupManifest, path: string, signal: AbortSignal): Promise<void> {
  for (const file of [path, `${path}-wal`, `${path}-journal`]) {
    if (existsSync(file)) {
      throw new ProbeError('PP_RESTORE_REFUSED', `${file} exists: a backup is restored only where no database is; move it away, or give another folder`)
    }
  }

  const temporary = `${path}.${randomUUID()}.tmp`

  try {
    await pipeline(contentsOf(backup), createWriteStream(temporary, { mode: PRIVATE_FILE, flags: 'wx', flush: true }), { signal })
    const { rows } = contentOf(temporary)

    if (!isDeepStrictEqual(rows, manifest.rows)) {
      throw new ProbeError('PP_BACKUP_INVALID', `${backup}: it has other numbers of rows than its manifest`)
    }

    renameSync(temporary, path)
  } catch (err) {
    throw err instanceof Error && 'syscall' in err ? new ProbeError('PP_RESTORE_FAILED', `${path}: ${errorText(err)}`, { cause: err }) : err
  } finally {
    rmSync(temporary, { force: true })
  }
}
