import { ColumnReader } from '../../../core/rows/column-reader.ts'
import type { FigureSource } from '../../../consumer/figures/session-figures.ts'
import type { Session } from '../../../consumer/store/model/session.ts'

/** A store that has only sessions, and none of the crawls that they come from. */
export function figureSource (sessions: readonly Session[]): FigureSource {
  return {
    sessions: async () => await Promise.resolve({ sessions, next: undefined }),
    query: async () => await Promise.resolve([]),
    values: new ColumnReader('PP_STORE_SCHEMA')
  }
}
