import { RecordPages } from '../../../consumer/export/record-pages.ts'
import type { StoredRecord } from '../../../consumer/records/record-column.ts'
import type { RecordKind } from '../../../consumer/records/record-kinds.ts'
import type { StoreSnapshot } from '../../../consumer/store/model/node-store.ts'

/** All records of a kind. */
export async function allRecords (snapshot: Pick<StoreSnapshot, 'records'>, kind: RecordKind): Promise<StoredRecord[]> {
  const records: StoredRecord[] = []

  for await (const page of new RecordPages(snapshot, { kind, limit: Infinity })) {
    records.push(...page)
  }

  return records
}
