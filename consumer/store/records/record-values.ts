// From the values of a database to those of records, by the type of their column.
import { ProbeError } from '../../../core/errors.ts'
import { fromStoreTime } from '../model/store-time.ts'
import type { ColumnReader } from '../../../core/rows/column-reader.ts'
import type { RecordColumn, RecordValue } from '../../records/record-column.ts'
import type { SourceColumn } from './record-source.ts'

type ReadColumn = Pick<RecordColumn, 'name' | 'type' | 'isNullable'>

/** The value of a column, checked. @throws ProbeError of the reader, for a value of another type */
export function recordValueFrom (value: unknown, { name, type, isNullable }: ReadColumn, { form }: Pick<SourceColumn, 'form'>, read: ColumnReader): RecordValue {
  if (value === null && isNullable) {
    return null
  }

  switch (type) {
    case 'text':
      return read.text(value, name)
    case 'time':
      return form === 'epoch-ms' ? new Date(read.number(value, name)).toISOString() : fromStoreTime(read.text(value, name))
    case 'boolean':
      return read.number(value, name) === 1
    case 'list':
      return listFrom(read.text(value, name), name, read)
    default:
      return form === 'us' || form === 'ms' ? read.number(value, name) / 1_000 : read.number(value, name)
  }
}

function listFrom (json: string, name: string, read: ColumnReader): readonly unknown[] {
  let list: unknown

  try {
    list = JSON.parse(json)
  } catch (err) {
    const problem = 'contains a text that is not JSON: another program changed it'

    throw new ProbeError(read.code, `column ${name} of the database ${problem}`, { cause: err, details: { column: name } })
  }

  return read.list(list, name)
}
