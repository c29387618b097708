// Encodes records as Parquet, a row group at a time. Times are TIMESTAMP(MILLIS, UTC), integers INT64, lists JSON as text: the lists
// of peers contain objects, and one form for all formats is easier to explain than three.
import { zstdCompressSync } from 'node:zlib'
import { ByteWriter, ParquetWriter } from 'hyparquet-writer'
import { columnsOf } from '../record-kinds.ts'
import type { RecordColumn, RecordValue, StoredRecord } from '../record-column.ts'
import type { FileKind } from '../record-kinds.ts'
import type { SchemaElement } from 'hyparquet-writer'

/** A row group ends with the records that reach one of these: rows, or characters of texts. It is all that is in memory. */
export const ROW_GROUP = { rows: 20_000, chars: 16_000_000 } as const

const ELEMENTS: Readonly<Record<RecordColumn['type'], Omit<SchemaElement, 'name'>>> = {
  text: { type: 'BYTE_ARRAY', converted_type: 'UTF8' },
  integer: { type: 'INT64' },
  number: { type: 'DOUBLE' },
  boolean: { type: 'BOOLEAN' },
  time: { type: 'INT64', converted_type: 'TIMESTAMP_MILLIS', logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MILLIS' } },
  list: { type: 'BYTE_ARRAY', converted_type: 'UTF8' }
}

type Cell = string | number | bigint | boolean | Date | undefined

/** A Parquet file that is filled by and by. The caller writes the chunks in their order. */
export class ParquetEncoder {
  readonly #columns: readonly RecordColumn[]
  readonly #bytes = new ByteWriter()
  readonly #writer: ParquetWriter
  #group: Cell[][] = []
  #chars = 0

  constructor (kind: FileKind) {
    this.#columns = columnsOf(kind)
    this.#writer = new ParquetWriter({
      writer: this.#bytes,
      schema: schemaOf(this.#columns),
      codec: 'ZSTD',
      compressors: { ZSTD: block => zstdCompressSync(block) },
      createdBy: 'peerprobe',
      kvMetadata: [{ key: 'peerprobe.kind', value: kind }, ...this.#columns.map(({ name, unit, meaning }) =>
        ({ key: `peerprobe.column.${name}`, value: unit === undefined ? meaning : `${meaning} Unit: ${unit}.` }))]
    })
  }

  /** Adds records; returns the next chunk of the file if they complete a row group. */
  add (records: readonly StoredRecord[]): Uint8Array | undefined {
    for (const record of records) {
      const row = this.#columns.map(({ name, type }) => cellOf(record[name] ?? null, type))
      this.#chars += row.reduce<number>((sum, cell) => sum + (typeof cell === 'string' ? cell.length : 8), 0)
      this.#group.push(row)
    }

    return this.#group.length >= ROW_GROUP.rows || this.#chars >= ROW_GROUP.chars ? this.#endGroup() : undefined
  }

  /** The last chunks of the file. */
  finish (): Uint8Array[] {
    const last = this.#group.length > 0 ? [this.#endGroup()] : []
    void this.#writer.finish()

    return [...last, this.#taken()]
  }

  #endGroup (): Uint8Array {
    const group = this.#group
    this.#group = []
    this.#chars = 0
    // This and `finish` would return a promise only for a writer that flushes by itself.
    void this.#writer.write({ columnData: this.#columns.map(({ name }, i) => ({ name, data: group.map(row => row[i]) })), rowGroupSize: group.length })

    return this.#taken()
  }

  // What was written since the last call. The writer counts the file's bytes separately.
  #taken (): Uint8Array {
    const chunk = new Uint8Array(this.#bytes.getBuffer())
    this.#bytes.index = 0

    return chunk
  }
}

function schemaOf (columns: readonly RecordColumn[]): SchemaElement[] {
  const fields = columns.map(({ name, type, isNullable }): SchemaElement =>
    ({ name, ...ELEMENTS[type], repetition_type: isNullable ? 'OPTIONAL' : 'REQUIRED' }))

  return [{ name: 'record', num_children: fields.length }, ...fields]
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
