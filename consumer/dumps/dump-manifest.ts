import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { Timestamp } from '../../core/contracts/visit.ts'
import { errorText, ProbeError } from '../../core/errors.ts'
import { parseWith } from '../../core/process/config.ts'
import type { DumpFolder } from './dump-folder.ts'

/** Name of the manifest in its folder. */
const MANIFEST_NAME = 'manifest.json'

/** One dump file. */
export const DumpEntry = z.object({
  file: z.string().max(255).regex(/^nodes-[0-9TZ.]+\.(?:ndjson\.zst|csv\.zst|parquet)$/).describe('Name of the file in the folder.'),
  format: z.enum(['NDJSON', 'CSV', 'Parquet']).describe('Format of the file.'),
  compression: z.enum(['zstd', 'none']).describe('Compression of the whole file: none for Parquet, which compresses its pages by itself.'),
  schemaVersion: z.int().describe('Version of the database schema whose columns the nodes have.'),
  takenAt: Timestamp.describe('Time of the state in the file.'),
  full: z.boolean().describe('Whether it contains all nodes.'),
  changedSince: Timestamp.nullable().describe('The file contains the nodes written since this time; null when it contains all.'),
  count: z.int().min(0).describe('Nodes in the file.'),
  minLastSeen: Timestamp.nullable().describe('Least last_seen in the file.'),
  maxLastSeen: Timestamp.nullable().describe('Greatest last_seen in the file.'),
  bytes: z.int().min(0).describe('Size of the file.'),
  sha256: z.string().regex(/^[0-9a-f]{64}$/).describe('SHA-256 of the file.')
})

/** {@inheritDoc DumpEntry} */
export type DumpEntry = z.output<typeof DumpEntry>

/** `manifest.json`: the files of the folder, oldest first. A file that it does not list is not complete. */
export const DumpManifest = z.object({
  version: z.literal(1),
  dumps: z.array(DumpEntry)
})

/** {@inheritDoc DumpManifest} */
export type DumpManifest = z.output<typeof DumpManifest>

/** Reads the manifest of a folder; undefined if it does not exist. @throws ProbeError `PP_DUMP_FAILED` when it is invalid */
export async function readManifest ({ path }: Pick<DumpFolder, 'path'>): Promise<DumpManifest | undefined> {
  const file = join(path, MANIFEST_NAME)

  try {
    return parseWith(DumpManifest, JSON.parse(await readFile(file, 'utf8')), { code: 'PP_DUMP_FAILED', what: file })
  } catch (err) {
    if (err instanceof Error && 'code' in err && err.code === 'ENOENT') {
      return undefined
    }

    throw new ProbeError('PP_DUMP_FAILED', `${file}: ${errorText(err)}`, { cause: err, details: { path: file } })
  }
}

/** Writes the manifest of a folder. */
export async function writeManifest (folder: Pick<DumpFolder, 'writeText'>, manifest: DumpManifest): Promise<void> {
  await folder.writeText(MANIFEST_NAME, `${JSON.stringify(manifest, undefined, 2)}\n`)
}
