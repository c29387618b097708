// Parquet: a row group at a time, so that memory is bounded. Times are TIMESTAMP(MILLIS, UTC), integers INT64, lists JSON as text:
// the lists of peers contain objects, and one form for all formats is easier to explain than three.
import { zstdCompressSync } from 'node:zlib'
import { ByteWriter, ParquetWriter } from 'hyparquet-writer'
import { columnsOf } from '../record-kinds.ts'
import type { RecordColumn, RecordValue, StoredRecord } from '../record-column.ts'
import type { RecordKind } from '../record-kinds.ts'
import type { RecordBatches } from './record-batches.ts'
import type { SchemaElement } from 'hyparquet-writer'

/** A row group ends with the batch that reaches one of these: rows, or characters of texts. It is all that is in memory. */
export const ROW_GROUP = { rows: 20_000, chars: 16_000_000 } as const

const ELEMENTS: Readonly<Record<RecordColumn['type'], Omit<SchemaElement, 'name'>>> = {
  text: { type: 'BYTE_ARRAY', converted_type: 'UTF8' },
  integer: { type: 'INT64' },
  number: { type: 'DOUBLE' },
  boolean: { type: 'BOOLEAN' },
  time: { type: 'INT64', converted_type: 'TIMESTAMP_MILLIS', logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MILLIS' } },
  list: { type: 'BYTE_ARRAY', converted_type: 'UTF8' }
}

/** The file of the records of a kind. */
export async function* parquetChunks (kind: RecordKind, batches: RecordBatches): AsyncGenerator<Uint8Array> {
  const columns = columnsOf(kind)
  const bytes = new ByteWriter()
  const writer = new ParquetWriter({
    writer: bytes,
    schema: schemaOf(columns),
    codec: 'ZSTD',
    compressors: { ZSTD: block => zstdCompressSync(block) },
    createdBy: 'peerprobe',
    kvMetadata: [{ key: 'peerprobe.kind', value: kind }, ...columns.map(({ name, unit, meaning }) =>
      ({ key: `peerprobe.column.${name}`, value: unit === undefined ? meaning : `${meaning} Unit: ${unit}.` }))]
  })

  for await (const group of rowGroups(batches, columns)) {
    // Both calls would return a promise only for a writer that flushes by itself.
    void writer.write({ columnData: columns.map(({ name }, i) => ({ name, data: group.map(row => row[i]) })), rowGroupSize: group.length })
    yield taken(bytes)
  }

  void writer.finish()
  yield taken(bytes)
}

function schemaOf (columns: readonly RecordColumn[]): SchemaElement[] {
  const fields = columns.map(({ name, type, isNullable }): SchemaElement =>
    ({ name, ...ELEMENTS[type], repetition_type: isNullable ? 'OPTIONAL' : 'REQUIRED' }))

  return [{ name: 'record', num_children: fields.length }, ...fields]
}

// What was written since the last call. The writer counts the file's bytes separately.
function taken (bytes: ByteWriter): Uint8Array {
  const chunk = new Uint8Array(bytes.getBuffer())
  bytes.index = 0

  return chunk
}

type Cell = string | number | bigint | boolean | Date | undefined

async function* rowGroups (batches: RecordBatches, columns: readonly RecordColumn[]): AsyncGenerator<Cell[][]> {
  let group: Cell[][] = []
  let chars = 0

  for await (const records of batches) {
    for (const record of records) {
      const row = cellsOf(record, columns)
      chars += row.reduce<number>((sum, cell) => sum + (typeof cell === 'string' ? cell.length : 8), 0)
      group.push(row)
    }

    if (group.length >= ROW_GROUP.rows || chars >= ROW_GROUP.chars) {
      yield group
      group = []
      chars = 0
    }
  }

  if (group.length > 0) {
    yield group
  }
}

function cellsOf (record: StoredRecord, columns: readonly RecordColumn[]): Cell[] {
  return columns.map(({ name, type }) => cellOf(record[name] ?? null, type))
}

function cellOf (value: RecordValue, type: RecordColumn['type']): Cell {
  if (value === null) {
    return undefined
  }

  if (typeof value === 'object') {
    return JSON.stringify(value)
  }

  return type === 'time' ? new Date(String(value)) : type === 'integer' ? BigInt(value) : value
}
