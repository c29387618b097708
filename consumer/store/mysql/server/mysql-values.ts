import { ColumnReader } from '../../../../core/rows/column-reader.ts'
import type { QueryResult } from './query-result.ts'

/** Reads values of MySQL and MariaDB. @throws ProbeError `PP_STORE_SCHEMA` for a value of another type */
export const MYSQL_VALUES = new ColumnReader('PP_STORE_SCHEMA')

/** The number that a query with one row and one column returned; 0 for NULL and for no row. @throws ProbeError `PP_STORE_SCHEMA` */
export function onlyNumber (result: QueryResult | undefined, column: string): number {
  return MYSQL_VALUES.numberOrNull(result?.rows[0]?.[0] ?? null, column) ?? 0
}
