// Reads files of records with DuckDB, a program that shares no code with the writers.
import { DuckDBInstance } from '@duckdb/node-api'
import { columnsOf } from '../../../consumer/records/record-kinds.ts'
import type { RecordFormatName } from '../../../consumer/records/formats/record-format.ts'
import type { RecordColumn, RecordValue, StoredRecord } from '../../../consumer/records/record-column.ts'
import type { FileKind } from '../../../consumer/records/record-kinds.ts'

const JSON_TYPES = { text: 'VARCHAR', integer: 'BIGINT', number: 'DOUBLE', boolean: 'BOOLEAN', time: 'VARCHAR', list: 'JSON' } as const

/** The rows of a query. */
export async function askDuckdb (sql: string): Promise<unknown[][]> {
  const instance = await DuckDBInstance.create(':memory:')

  try {
    const connection = await instance.connect()

    try {
      return (await connection.runAndReadAll(sql)).getRows()
    } finally {
      connection.closeSync()
    }
  } finally {
    instance.closeSync()
  }
}

/** A file as a table of DuckDB, for FROM; compressed ones are recognised by their names. */
export function duckdbTable (path: string, kind: FileKind, format: RecordFormatName): string {
  const columns = columnsOf(kind).map(({ name, type }) => `'${name}': '${format === 'CSV' ? 'VARCHAR' : JSON_TYPES[type]}'`).join(', ')

  switch (format) {
    case 'Parquet':
      return `read_parquet('${path}')`
    case 'CSV':
      return `read_csv('${path}', auto_detect = false, header = true, delim = ',', quote = '"', escape = '"', new_line = '\\r\\n',
        nullstr = '', allow_quoted_nulls = false, columns = {${columns}})`
    case 'NDJSON':
      return `read_json('${path}', format = 'newline_delimited', columns = {${columns}})`
  }
}

/** The records of a file, in its order. */
export async function readWithDuckdb (path: string, kind: FileKind, format: RecordFormatName): Promise<StoredRecord[]> {
  const columns = columnsOf(kind)
  const selected = columns.map(column => selectedAs(column, format))
  const rows = await askDuckdb(`SELECT ${selected.join(', ')} FROM ${duckdbTable(path, kind, format)}`)

  return rows.map(row => Object.fromEntries(columns.map((column, i) => [column.name, valueOf(row[i], column, format)])))
}

// Texts as bytes: the driver's decoder drops a byte order mark at the beginning of a text.
function selectedAs ({ name, type }: RecordColumn, format: RecordFormatName): string {
  switch (type) {
    case 'text':
    case 'list':
      return `hex(CAST(${name} AS VARCHAR))`
    case 'time':
      return format === 'Parquet' ? `epoch_ms(${name})` : name
    default:
      return name
  }
}

const textOf = (hex: unknown): string => Buffer.from(String(hex), 'hex').toString()

function valueOf (value: unknown, { name, type, isNullable }: RecordColumn, format: RecordFormatName): RecordValue {
  if (value === null) {
    if (!isNullable) {
      throw new TypeError(`${name} is null`)
    }

    return null
  }

  switch (type) {
    case 'text':
      return format === 'CSV' ? textOf(value).replace(/^'/, '') : textOf(value)
    case 'time':
      return typeof value === 'bigint' ? new Date(Number(value)).toISOString() : String(value)
    case 'list':
      return JSON.parse(textOf(value)) as readonly unknown[]
    case 'boolean':
      return format === 'CSV' ? value === 'true' : value === true
    default:
      return Number(value)
  }
}
