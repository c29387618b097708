// A file of all records of a kind that meet a filter, read from one moment of the store. It holds a page of records in memory
// (Parquet: a row group), and waits for a reader that is slower.
import { createHash } from 'node:crypto'
import { errorText, ProbeError } from '../../core/errors.ts'
import { fillFileAtomically } from '../../core/files/atomic-file.ts'
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

/** Takes the chunks of the file one after the other; it resolves when the next one may come. */
type ChunkWriter = (chunk: Uint8Array) => Promise<void>

type Records = Pick<StoreSnapshot, 'records'>

/** Writes the file to `write`. @throws ProbeError `PP_RECORD_QUERY`, errors of the store and of `write`, the signal's reason */
export async function exportRecords (snapshot: Records, request: ExportRequest, write: ChunkWriter, signal: AbortSignal): Promise<ExportSummary> {
  const { kind, format, filter } = request
  const hash = createHash('sha256')
  const tally = { count: 0 }
  let bytes = 0

  for await (const chunk of RECORD_FORMATS[format].chunks(kind, batchesOf(snapshot, { kind, filter, tally }, signal))) {
    signal.throwIfAborted()
    hash.update(chunk)
    bytes += chunk.byteLength
    await write(chunk)
  }

  return { ...tally, bytes, sha256: hash.digest('hex') }
}

/**
 * Writes the file at a path. It appears there complete or not at all.
 *
 * @throws ProbeError `PP_EXPORT_FAILED` when the system refuses; otherwise as {@link exportRecords}
 */
export async function exportToFile (snapshot: Records, request: ExportRequest, path: string, signal: AbortSignal): Promise<ExportSummary> {
  try {
    return await fillFileAtomically(path, async handle => await exportRecords(snapshot, request, async (chunk) => {
      await handle.appendFile(chunk)
    }, signal))
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
