import { setImmediate as nextTurn } from 'node:timers/promises'
import type { StoredRecord } from '../records/record-column.ts'
import type { RecordPageQuery } from '../records/record-query.ts'
import type { StoreSnapshot } from '../store/model/node-store.ts'

/** Which records are read. */
export interface RecordSelection extends Pick<RecordPageQuery, 'kind' | 'filter' | 'changedSinceMs' | 'after'> {
  /** Maximum number of records; `Infinity` for all. */
  limit: number
}

/** Rows of one page: few enough to hold, many enough that a page costs more than its question. */
const PAGE = 500

/** Reads records page after page, and keeps where the next call goes on. */
export class RecordPages {
  readonly #snapshot: Pick<StoreSnapshot, 'records'>
  readonly #selection: RecordSelection
  #next: string | undefined

  constructor (snapshot: Pick<StoreSnapshot, 'records'>, selection: RecordSelection) {
    this.#snapshot = snapshot
    this.#selection = selection
  }

  /** The `after` of the next call; undefined when all records were read. */
  get next (): string | undefined {
    return this.#next
  }

  /** The pages; some are empty where few records meet the filter. */
  async* [Symbol.asyncIterator] (): AsyncGenerator<readonly StoredRecord[]> {
    const { kind, filter = {}, changedSinceMs, limit } = this.#selection
    let left = limit
    let after = this.#selection.after

    do {
      const page = await this.#snapshot.records({ kind, filter, changedSinceMs, after, limit: Math.min(PAGE, left) })
      left -= page.records.length
      after = page.next
      this.#next = page.next
      yield page.records
      // SQLite answers at once: without a turn, signals and timers would wait for the end.
      await nextTurn()
    } while (after !== undefined && left > 0)
  }
}
