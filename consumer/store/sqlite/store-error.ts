import { errorText, ProbeError } from '../../../core/errors.ts'
import { sqliteFault } from '../../../core/files/sqlite.ts'
import type { ErrorCode } from '../../../core/errors.ts'
import type { SqliteFault } from '../../../core/files/sqlite.ts'

const CODE_BY_FAULT: Readonly<Record<SqliteFault, ErrorCode>> = {
  busy: 'PP_STORE_CONFLICT',
  data: 'PP_STORE_DATA',
  schema: 'PP_STORE_SCHEMA',
  closed: 'PP_STORE_UNAVAILABLE',
  file: 'PP_FILE_UNUSABLE',
  unavailable: 'PP_STORE_UNAVAILABLE'
}

/** Turns a failure of the database into the error of the port; other errors pass as they are. */
export function asStoreError (err: unknown, path: string): unknown {
  const fault = sqliteFault(err)

  return fault === undefined ? err : new ProbeError(CODE_BY_FAULT[fault], `database ${path}: ${errorText(err)}`, { cause: err, details: { path } })
}
