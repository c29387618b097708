// What a column of a record is. Each kind of record describes its columns once (record-kinds.ts): files, listings,
// queries and documents follow from that.

/**
 * Types of columns. `time` is RFC 3339 text in UTC with milliseconds; `list` is JSON: an array of texts or of objects of
 * texts.
 */
export type ColumnType = 'text' | 'integer' | 'number' | 'boolean' | 'time' | 'list'

/** A column of a kind of record. */
export interface RecordColumn {
  /** Name as in the database's table or view. */
  name: string

  type: ColumnType

  /** Whether a record may lack it: its value is null then. */
  isNullable: boolean

  /** Unit of a number, such as `ms`. */
  unit?: string

  /** One sentence for readers: what the value says, and what null means. */
  meaning: string
}

/** A value of a column; null where the record lacks it. */
export type RecordValue = string | number | boolean | null | readonly unknown[]

/** A record: the values of its columns by name, in the order of the columns. */
export type StoredRecord = Readonly<Record<string, RecordValue>>

type Options = Partial<Pick<RecordColumn, 'isNullable' | 'unit'>>

/** A column that every record has, unless the options say otherwise. */
export function column (name: string, type: ColumnType, meaning: string, { isNullable = false, ...unit }: Options = {}): RecordColumn {
  return { name, type, isNullable, ...unit, meaning }
}

/** A column that records may lack. */
export function optionalColumn (name: string, type: ColumnType, meaning: string, unit: Pick<Options, 'unit'> = {}): RecordColumn {
  return column(name, type, meaning, { ...unit, isNullable: true })
}
