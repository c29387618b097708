// What the first step of a backup in a pod leaves for the next two: the dump program reads its options, and the last
// step reads what is being backed up. The folder is one in memory, and ends with the pod.
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { BACKUP_OPTION_FILE } from '../../../core/contracts/job-config.ts'
import { Timestamp } from '../../../core/contracts/visit.ts'
import { errorText, ProbeError } from '../../../core/errors.ts'
import { PRIVATE_FILE } from '../../../core/files/private-file.ts'
import { parseWith } from '../../../core/process/config.ts'

const BegunBackup = z.strictObject({
  kind: z.enum(['mariadb', 'mysql']),
  serverVersion: z.string(),
  takenAt: Timestamp,
  dump: z.string()
})

/** A backup that has begun. */
export type BegunBackup = z.output<typeof BegunBackup>

/** Path of the option file in the folder of the steps. */
export function optionFileIn (folder: string): string {
  return join(folder, BACKUP_OPTION_FILE)
}

/** Records a backup that has begun. */
export async function writeBegun (folder: string, begun: BegunBackup): Promise<void> {
  await writeFile(pathIn(folder), JSON.stringify(begun), { mode: PRIVATE_FILE })
}

/** @throws ProbeError `PP_BACKUP_FAILED` when no backup has begun */
export async function readBegun (folder: string): Promise<BegunBackup> {
  const path = pathIn(folder)

  try {
    return parseWith(BegunBackup, JSON.parse(await readFile(path, 'utf8')), { code: 'PP_BACKUP_FAILED', what: path })
  } catch (err) {
    throw err instanceof ProbeError ? err : new ProbeError('PP_BACKUP_FAILED', `${path}: ${errorText(err)}`, { cause: err })
  }
}

function pathIn (folder: string): string {
  return join(folder, 'begun.json')
}
