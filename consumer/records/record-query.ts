import { ProbeError } from '../../core/errors.ts'
import { filtersOf } from './record-kinds.ts'
import type { StoredRecord } from './record-column.ts'
import type { RecordFilter } from './record-filter.ts'
import type { FileKind, RecordKind } from './record-kinds.ts'

/** A page of records of a kind. */
export interface RecordPageQuery {
  kind: RecordKind
  filter?: RecordFilter

  /** The `next` of the page before. @default from the beginning */
  after?: string | undefined

  /** Only records whose row was written at this time or later, in epoch milliseconds, by the clocks of the consumers. @default all */
  changedSinceMs?: number | undefined

  /** Rows that the page reads: it contains at most as many records, and fewer where some do not meet the filter. */
  limit: number
}

/** A page of records, in the order of their key in the database. */
export interface RecordPage {
  records: readonly StoredRecord[]

  /** The `after` of the next page, to be passed on unchanged; undefined after the last page. */
  next: string | undefined
}

/** Refuses a condition that the kind does not know. @throws ProbeError `PP_RECORD_QUERY`, with the conditions that it knows */
export function checkFilter (kind: FileKind, filter: RecordFilter): void {
  const filters = filtersOf(kind)

  for (const [name, value] of Object.entries(filter)) {
    if (value !== undefined && !Object.hasOwn(filters, name)) {
      throw new ProbeError('PP_RECORD_QUERY', `${kind} cannot be filtered by ${name}: use ${Object.keys(filters).join(', ')}`)
    }
  }

  // Between the quotes of two entries of a list there is a comma as well: the one text that cannot be told from it.
  if (filter.protocol === ',') {
    throw new ProbeError('PP_RECORD_QUERY', 'protocol must be the id of a protocol, such as /ipfs/kad/1.0.0, and not a comma')
  }
}
