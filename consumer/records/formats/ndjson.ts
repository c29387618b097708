import type { FileKind } from '../record-kinds.ts'
import type { RecordBatches } from './record-batches.ts'

/** A line of JSON for each record: its columns by name, times in RFC 3339, lists as arrays. A line feed ends each line. */
export async function* ndjsonChunks (_kind: FileKind, batches: RecordBatches): AsyncGenerator<Uint8Array> {
  for await (const records of batches) {
    if (records.length > 0) {
      yield Buffer.from(records.map(record => `${JSON.stringify(record)}\n`).join(''))
    }
  }
}
