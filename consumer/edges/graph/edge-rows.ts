import { zstdDecompressSync } from 'node:zlib'
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from 'hyparquet'
import { errorText, ProbeError } from '../../../core/errors.ts'
import { EDGE_COLUMNS } from '../../records/edge-columns.ts'
import type { StoredRecord } from '../../records/record-column.ts'
import type { AsyncBuffer, FileMetaData } from 'hyparquet'

/** Rows that are in memory at once. */
const BATCH_ROWS = 20_000

/** No consumer writes a row group of more bytes. */
const MAX_GROUP_BYTES = 268_435_456

/** The rows of a file of edges, as often as somebody reads them. */
export class EdgeRows {
  readonly count: number
  readonly #path: string
  readonly #file: AsyncBuffer
  readonly #metadata: FileMetaData

  private constructor (path: string, file: AsyncBuffer, metadata: FileMetaData) {
    this.#path = path
    this.#file = file
    this.#metadata = metadata
    this.count = Number(metadata.num_rows)
  }

  /** Opens a file that a consumer has written. @throws ProbeError `PP_EDGES_UNREADABLE` */
  static async open (path: string): Promise<EdgeRows> {
    return await readable(path, async () => {
      const file = await asyncBufferFromFile(path)
      const metadata = await parquetMetadataAsync(file)
      const names = new Set(metadata.schema.map(({ name }) => name))
      const missing = EDGE_COLUMNS.filter(({ name }) => !names.has(name))

      if (missing.length > 0) {
        throw new TypeError(`it has no column ${missing.map(({ name }) => name).join(', ')}`)
      }

      return new EdgeRows(path, file, metadata)
    })
  }

  /** The rows in their order, some at a time. @throws ProbeError `PP_EDGES_UNREADABLE` */
  async* batches (): AsyncGenerator<readonly StoredRecord[]> {
    let groupStart = 0

    for (const { num_rows: rows, total_byte_size: bytes } of this.#metadata.row_groups) {
      const groupEnd = groupStart + Number(rows)

      for (let start = groupStart; start < groupEnd; start += BATCH_ROWS) {
        const end = Math.min(start + BATCH_ROWS, groupEnd)
        yield await readable(this.#path, async () => {
          if (bytes > MAX_GROUP_BYTES) {
            throw new TypeError(`a group of its rows has ${String(bytes)} bytes`)
          }

          return await this.#read(start, end)
        })
      }

      groupStart = groupEnd
    }
  }

  async #read (rowStart: number, rowEnd: number): Promise<StoredRecord[]> {
    const rows = await parquetReadObjects({
      file: this.#file,
      metadata: this.#metadata,
      columns: EDGE_COLUMNS.map(({ name }) => name),
      compressors: { ZSTD: block => zstdDecompressSync(block) },
      rowStart,
      rowEnd
    })

    return rows.map(row => Object.fromEntries(EDGE_COLUMNS.map(({ name }) => [name, valueOf(row[name])])))
  }
}

function valueOf (value: unknown): StoredRecord[string] {
  switch (typeof value) {
    case 'string':
    case 'boolean':
    case 'number':
      return value
    case 'bigint':
      return Number(value)
    case 'undefined':
      return null
    default:
      if (value === null) {
        return null
      }
      throw new TypeError('a value is no text, number or truth value')
  }
}

async function readable<T> (path: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read()
  } catch (err) {
    throw new ProbeError('PP_EDGES_UNREADABLE', `${path}: ${errorText(err)}`, { cause: err, details: { path } })
  }
}
