import { ParquetEncoder } from './parquet-encoder.ts'
import type { FileKind } from '../record-kinds.ts'
import type { RecordBatches } from './record-batches.ts'

/** The file of the records of a kind. */
export async function* parquetChunks (kind: FileKind, batches: RecordBatches): AsyncGenerator<Uint8Array> {
  const encoder = new ParquetEncoder(kind)

  for await (const records of batches) {
    const chunk = encoder.add(records)

    if (chunk !== undefined) {
      yield chunk
    }
  }

  yield* encoder.finish()
}
