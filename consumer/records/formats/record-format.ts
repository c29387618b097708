import { csvChunks } from './csv.ts'
import { ndjsonChunks } from './ndjson.ts'
import { parquetChunks } from './parquet.ts'
import type { FileKind } from '../record-kinds.ts'
import type { RecordBatches } from './record-batches.ts'

/** A format of files of records. */
export interface RecordFormat {
  /** Ending of file names, without a dot. */
  ending: string

  /** Media type. */
  mediaType: string

  /** Whether the format compresses itself. Others are worth compressing. */
  isCompressed: boolean

  /** Whether a person can read it on a terminal. */
  isText: boolean

  /** The file of these records, in chunks. Ending the iteration early ends that of the records. */
  chunks: (kind: FileKind, batches: RecordBatches) => AsyncIterable<Uint8Array>
}

/** The formats of files of records, by name. */
export const RECORD_FORMATS = {
  NDJSON: { ending: 'ndjson', mediaType: 'application/x-ndjson', isCompressed: false, isText: true, chunks: ndjsonChunks },
  CSV: { ending: 'csv', mediaType: 'text/csv; charset=utf-8; header=present', isCompressed: false, isText: true, chunks: csvChunks },
  Parquet: { ending: 'parquet', mediaType: 'application/vnd.apache.parquet', isCompressed: true, isText: false, chunks: parquetChunks }
} as const satisfies Record<string, RecordFormat>

/** Name of a format. */
export type RecordFormatName = keyof typeof RECORD_FORMATS
