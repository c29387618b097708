import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { Timestamp } from '../../core/contracts/visit.ts'
import { errorText, ProbeError } from '../../core/errors.ts'
import { parseWith } from '../../core/process/config.ts'

/** The kinds of databases that have backups, with the endings of their files. */
export const BACKUP_ENDINGS = { mariadb: '.mariadb.sql.gz', mysql: '.mysql.sql.gz', sqlite: '.sqlite.gz' } as const

/** A kind of database. */
export type BackupKind = keyof typeof BACKUP_ENDINGS

/** What is recorded about a backup, in a file next to it. */
export const BackupManifest = z.object({
  version: z.literal(1),
  file: z.string().max(255).regex(/^peerprobe-\d{8}T\d{6}\.\d{3}Z\.(?:mariadb\.sql|mysql\.sql|sqlite)\.gz$/).describe('Name of the backup in the folder.'),
  kind: z.enum(['mariadb', 'mysql', 'sqlite']).describe('The database that it was made of.'),
  serverVersion: z.string().max(200).describe('Version of that database.'),
  schemaVersion: z.int().min(1).describe('Version of PeerProbe\'s tables in it.'),
  takenAt: Timestamp.describe('When it was begun.'),
  finishedAt: Timestamp.describe('When it was complete.'),
  bytes: z.int().min(0).describe('Size of the file.'),
  rawBytes: z.int().min(0).describe('Size of its contents before compression.'),
  sha256: z.string().regex(/^[0-9a-f]{64}$/).describe('SHA-256 of the file.'),
  rows: z.record(z.string().max(256), z.int().min(0)).describe('Number of rows by table.')
})

/** {@inheritDoc BackupManifest} */
export type BackupManifest = z.output<typeof BackupManifest>

/** Ending of the name of the file with the manifest of a backup. */
export const MANIFEST_ENDING = '.json'

/** Reads what is recorded about a backup. @throws ProbeError `PP_BACKUP_INVALID` when it is missing or invalid */
export async function readBackupManifest (backup: string): Promise<BackupManifest> {
  const path = `${backup}${MANIFEST_ENDING}`
  let json: unknown

  try {
    json = JSON.parse(await readFile(path, 'utf8'))
  } catch (err) {
    throw new ProbeError('PP_BACKUP_INVALID', `${path}: ${errorText(err)}: a backup is whole only with this file, so copy both`, { cause: err, details: { path } })
  }

  return parseWith(BackupManifest, json, { code: 'PP_BACKUP_INVALID', what: path })
}
