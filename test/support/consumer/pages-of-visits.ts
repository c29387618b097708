import { columnsOf } from '../../../consumer/records/record-kinds.ts'
import { HOSTILE_TEXTS } from './hostile-texts.ts'
import type { StoredRecord } from '../../../consumer/records/record-column.ts'
import type { StoreSnapshot } from '../../../consumer/store/model/node-store.ts'

/** A snapshot with visits, and its records. */
export interface PagedVisits { snapshot: Pick<StoreSnapshot, 'records'>, records: readonly StoredRecord[] }

/** What happens while pages are read. */
export interface PageEvents {
  /** Called before each page, with its number from 1. */
  onPage?: (page: number) => void

  /** Thrown in place of the last page. */
  failure?: Error
}

/** A snapshot whose visits fill so many pages, with hostile texts; without end for Infinity. */
export function pagesOfVisits (pages: number, { onPage, failure }: PageEvents = {}): PagedVisits {
  const page = HOSTILE_TEXTS.map((text, i): StoredRecord => Object.fromEntries(columnsOf('visits').map(({ name, type }) =>
    [name, { text, integer: i, number: i / 8, boolean: i % 2 === 0, time: '2026-01-01T00:00:00.001Z', list: [text] }[type]])))

  return {
    records: Number.isFinite(pages) ? Array.from({ length: pages }, () => page).flat() : [],
    snapshot: {
      records: async ({ after = '0' }) => {
        const number = Number(after) + 1
        onPage?.(number)

        if (failure !== undefined && number === pages) {
          throw failure
        }

        return await Promise.resolve({ records: page, next: number < pages ? String(number) : undefined })
      }
    }
  }
}
