import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { DUMP_CONTENTS } from '../../core/contracts/dump-content.ts'
import { Timestamp } from '../../core/contracts/visit.ts'
import { errorText, ProbeError } from '../../core/errors.ts'
import { parseWith } from '../../core/process/config.ts'
import type { DumpFolder } from './dump-folder.ts'

/** Name of the manifest in its folder. */
const MANIFEST_NAME = 'manifest.json'

const ENDING = '-[0-9TZ.]+\\.(?:ndjson\\.zst|csv\\.zst|parquet)$'
const FileName = z.string().max(255)

const Common = z.object({
  format: z.enum(['NDJSON', 'CSV', 'Parquet']).describe('Format of the file.'),
  compression: z.enum(['zstd', 'none']).describe('Compression of the whole file: none for Parquet, which compresses its pages by itself.'),
  schemaVersion: z.int().describe('Version of the database schema whose columns the records have.'),
  takenAt: Timestamp.describe('Time of the state in the file.'),
  full: z.boolean().describe('Whether it contains all records.'),
  changedSince: Timestamp.nullable().describe('The file contains the records written since this time; null when it contains all.'),
  count: z.int().min(0).describe('Records in the file.'),
  bytes: z.int().min(0).describe('Size of the file.'),
  sha256: z.string().regex(/^[0-9a-f]{64}$/).describe('SHA-256 of the file.')
})

/** One dump file. */
export const DumpEntry = z.object({
  file: FileName.regex(new RegExp(`^(?:${DUMP_CONTENTS.join('|')})${ENDING}`)).describe('Name of the file in the folder.'),
  content: z.enum(DUMP_CONTENTS).describe('What the records are.'),
  ...Common.shape,
  minTime: Timestamp.nullable().describe('Least time in the file: last_seen of nodes, started_at of visits and crawls, last_ok of sessions; null in an empty file.'),
  maxTime: Timestamp.nullable().describe('Greatest time in the file.'),
  generation: z.int().nullable().describe('Of sessions: number of their derivation; null for other contents, or if a derivation was running.')
})

/** {@inheritDoc DumpEntry} */
export type DumpEntry = z.output<typeof DumpEntry>

/** `manifest.json`: the files of the folder, oldest first. A file that it does not list is not complete. */
export const DumpManifest = z.object({
  version: z.literal(2),
  dumps: z.array(DumpEntry)
})

/** {@inheritDoc DumpManifest} */
export type DumpManifest = z.output<typeof DumpManifest>

// Releases that know version 1 alone dump nodes alone. One of them may be back after a rollback: the manifest has this form, with the fields
// of both, until it lists something else.
const FirstManifest = z.object({
  version: z.literal(1),
  dumps: z.array(z.object({
    file: FileName.regex(new RegExp(`^nodes${ENDING}`)),
    ...Common.shape,
    minLastSeen: Timestamp.nullable(),
    maxLastSeen: Timestamp.nullable()
  }))
})

const AnyManifest = z.discriminatedUnion('version', [FirstManifest, DumpManifest])

/** Reads the manifest of a folder; undefined if it does not exist. @throws ProbeError `PP_DUMP_FAILED` when it is invalid */
export async function readManifest ({ path }: Pick<DumpFolder, 'path'>): Promise<DumpManifest | undefined> {
  const file = join(path, MANIFEST_NAME)

  try {
    return currentOf(parseWith(AnyManifest, JSON.parse(await readFile(file, 'utf8')), { code: 'PP_DUMP_FAILED', what: file }))
  } catch (err) {
    if (err instanceof Error && 'code' in err && err.code === 'ENOENT') {
      return undefined
    }

    throw new ProbeError('PP_DUMP_FAILED', `${file}: ${errorText(err)}`, { cause: err, details: { path: file } })
  }
}

/** Writes the manifest of a folder. */
export async function writeManifest (folder: Pick<DumpFolder, 'writeText'>, dumps: readonly DumpEntry[]): Promise<void> {
  await folder.writeText(MANIFEST_NAME, `${JSON.stringify(writtenFormOf(dumps), undefined, 2)}\n`)
}

function writtenFormOf (dumps: readonly DumpEntry[]): z.input<typeof AnyManifest> {
  return dumps.every(({ content }) => content === 'nodes')
    ? { version: 1, dumps: dumps.map(entry => ({ ...entry, minLastSeen: entry.minTime, maxLastSeen: entry.maxTime })) }
    : { version: 2, dumps: [...dumps] }
}

function currentOf (manifest: z.output<typeof AnyManifest>): DumpManifest {
  return manifest.version === 2
    ? manifest
    : {
        version: 2,
        dumps: manifest.dumps.map(({ minLastSeen, maxLastSeen, ...entry }) =>
          ({ ...entry, content: 'nodes', minTime: minLastSeen, maxTime: maxLastSeen, generation: null }))
      }
}
