import { ProbeError } from '../../../core/errors.ts'
import { numberAt, textAt } from '../../../core/rows/sqlite-row.ts'
import { escapeControlChars } from '../../../core/text/escape-control-chars.ts'
import type { DatabaseSync } from 'node:sqlite'

/** Bytes of pages that removals left free in the file. */
export function reusableBytes (database: DatabaseSync): number {
  const pages = numberAt(database.prepare('PRAGMA freelist_count').get(), 'freelist_count')
  const pageBytes = numberAt(database.prepare('PRAGMA page_size').get(), 'page_size')

  return pages * pageBytes
}

/** PeerProbe creates no tables in a database of another program. @throws ProbeError `PP_FILE_UNUSABLE` when it is one */
export function refuseForeign (database: DatabaseSync, path: string): void {
  const names = database.prepare('SELECT name FROM sqlite_master WHERE type = \'table\' AND name NOT LIKE \'sqlite!_%\' ESCAPE \'!\'').all().map(row => textAt(row, 'name'))

  if (names.length > 0 && !names.includes('schema_migration')) {
    throw new ProbeError('PP_FILE_UNUSABLE', `database ${path}: it belongs to another program (it has a table ${escapeControlChars(names[0]?.slice(0, 100) ?? '')}, and no table of PeerProbe)`)
  }
}
