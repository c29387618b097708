import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { BackupFolder } from '../../consumer/backup/backup-folder.ts'
import { ProbeError } from '../../core/errors.ts'

/**
 * The backup that a path names: the file, or the newest whole backup of a folder.
 *
 * @throws ProbeError `PP_BACKUP_INVALID` when the folder has none, `PP_BACKUP_FAILED` when it cannot be read
 */
export async function chosenBackup (path: string): Promise<string> {
  if (!await isFolder(path)) {
    return path
  }

  const newest = (await (await BackupFolder.open({ path, writer: 'reader' })).list()).at(-1)

  if (newest === undefined) {
    throw new ProbeError('PP_BACKUP_INVALID', `${path}: the folder has no whole backup: each is a file peerprobe-TIME.…gz with its manifest (.json) next to it`, { details: { path } })
  }

  return join(path, newest.file)
}

// What is not there is reported when it is read.
async function isFolder (path: string): Promise<boolean> {
  return await stat(path).then(found => found.isDirectory(), () => false)
}
