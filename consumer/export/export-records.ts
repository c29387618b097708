// A file of all records of a kind that meet a filter, read from one moment of the store. It holds a page of records in memory
// (Parquet: a row group), and waits for a reader that is slower.
import { createHash } from 'node:crypto'
import { basename, dirname } from 'node:path'
import { errorText, ProbeError } from '../../core/errors.ts'
import { fillFileAtomically } from '../../core/files/atomic-file.ts'
import { removeStaleTemporaries } from '../../core/files/stale-temporaries.ts'
import { RECORD_FORMATS } from '../records/formats/record-format.ts'
import { RecordPages } from './record-pages.ts'
import type { RecordFormatName } from '../records/formats/record-format.ts'
import type { StoredRecord } from '../records/record-column.ts'
import type { RecordFilter } from '../records/record-filter.ts'
import type { RecordKind } from '../records/record-kinds.ts'
import type { StoreSnapshot } from '../store/model/node-store.ts'

/** What is exported. */
export interface ExportRequest {
  kind: RecordKind
  format: RecordFormatName
  filter: RecordFilter
}

/** What was exported. */
export interface ExportSummary {
  /** Records in the file. */
  count: number

  bytes: number

  /** SHA-256 of the file in hex. */
  sha256: string
}

// A killed export to another name, such as one with a date, is cleaned up as well.
const RECORD_FILE = new RegExp(`\\.(?:${[...Object.values(RECORD_FORMATS).map(({ ending }) => ending), 'graphml'].join('|')})$`)

/** Takes the chunks of the file one after the other; it resolves when the next one may come. */
export type ChunkWriter = (chunk: Uint8Array) => Promise<void>

type Records = Pick<StoreSnapshot, 'records'>

/** Writes the file to `write`. @throws ProbeError `PP_RECORD_QUERY`, errors of the store and of `write`, the signal's reason */
export async function exportRecords (snapshot: Records, request: ExportRequest, write: ChunkWriter, signal: AbortSignal): Promise<ExportSummary> {
  const { kind, format, filter } = request
  const tally = { count: 0 }
  const written = await exportChunks(RECORD_FORMATS[format].chunks(kind, batchesOf(snapshot, { kind, filter, tally }, signal)), write, signal)

  return { ...tally, ...written }
}

/** Writes chunks of a file to `write`. @throws errors of the chunks and of `write`, the signal's reason */
export async function exportChunks (chunks: AsyncIterable<Uint8Array>, write: ChunkWriter, signal: AbortSignal): Promise<Omit<ExportSummary, 'count'>> {
  const hash = createHash('sha256')
  let bytes = 0

  for await (const chunk of chunks) {
    signal.throwIfAborted()
    hash.update(chunk)
    bytes += chunk.byteLength
    await write(chunk)
  }

  return { bytes, sha256: hash.digest('hex') }
}

/**
 * Writes the file at a path. It appears there complete or not at all. Removes what killed exports left in its folder.
 *
 * @throws ProbeError `PP_EXPORT_FAILED` when the system refuses; otherwise as `fill`
 */
export async function exportToFile<T> (path: string, fill: (write: ChunkWriter) => Promise<T>): Promise<T> {
  const [folder, file] = [dirname(path), basename(path)]

  try {
    await removeStaleTemporaries(folder, { isOurs: name => name === file || RECORD_FILE.test(name), nowMs: Date.now() })

    return await fillFileAtomically(path, async handle => await fill(async (chunk) => {
      await handle.appendFile(chunk)
    }))
  } catch (err) {
    throw err instanceof Error && 'syscall' in err ? new ProbeError('PP_EXPORT_FAILED', `${path}: ${errorText(err)}`, { cause: err, details: { path } }) : err
  }
}

interface Reading { kind: RecordKind, filter: RecordFilter, tally: { count: number } }

async function* batchesOf (snapshot: Records, { kind, filter, tally }: Reading, signal: AbortSignal): AsyncGenerator<readonly StoredRecord[]> {
  for await (const records of new RecordPages(snapshot, { kind, filter, limit: Infinity })) {
    signal.throwIfAborted()
    tally.count += records.length
    yield records
  }
}
