import type { StoredRecord } from '../record-column.ts'

/** Records of one kind, some at a time. */
export type RecordBatches = AsyncIterable<readonly StoredRecord[]>
