// CSV by RFC 4180: a line of names, then a line for each record; lines end with CR LF, as the RFC says, the last one too. UTF-8
// without a byte order mark. A cell is quoted where it contains a quote, a comma, CR or LF. Null is an empty cell, an empty text
// is a quoted one. Lists are JSON.
import { columnsOf } from '../record-kinds.ts'
import type { RecordColumn, RecordValue, StoredRecord } from '../record-column.ts'
import type { FileKind } from '../record-kinds.ts'
import type { RecordBatches } from './record-batches.ts'

const LINE_END = '\r\n'

// Most cells begin with one of these, which no program takes for a formula.
const SAFE_START = /^[A-Za-z0-9/[{]/

const NEEDS_QUOTES = /[",\r\n]/

// Spaces and invisible characters, which programs may remove before they look for a formula; an apostrophe hides what follows.
const LEADING = /^[\s\p{Cf}\p{Cc}']+/u

// The signs in all their widths: NFKC makes them the ASCII ones. U+2212 is the minus sign of mathematics.
const FORMULA_STARTS: ReadonlySet<string> = new Set(['=', '+', '-', '@', '\u2212'])

/** The file of the records of a kind. */
export async function* csvChunks (kind: FileKind, batches: RecordBatches): AsyncGenerator<Uint8Array> {
  const columns = columnsOf(kind)
  yield Buffer.from(`${columns.map(({ name }) => name).join()}${LINE_END}`)

  for await (const records of batches) {
    if (records.length > 0) {
      yield Buffer.from(records.map(record => csvLine(record, columns)).join(''))
    }
  }
}

function csvLine (record: StoredRecord, columns: readonly RecordColumn[]): string {
  return `${columns.map(({ name, type }) => csvCell(record[name] ?? null, type)).join()}${LINE_END}`
}

function csvCell (value: RecordValue, type: RecordColumn['type']): string {
  if (value === null) {
    return ''
  }

  if (typeof value !== 'string') {
    return quoted(typeof value === 'object' ? JSON.stringify(value) : String(value))
  }

  return value === '' ? '""' : quoted(type === 'text' ? guarded(value) : value)
}

/**
 * A text that no spreadsheet takes for a formula: one that begins like a formula, with a character that a program may skip, or
 * with an apostrophe, gets an apostrophe before it. So the original is the cell without its first apostrophe, if it has one.
 */
export function guarded (text: string): string {
  if (SAFE_START.test(text)) {
    return text
  }

  const isApostrophe = text.startsWith('\'')
  const isControl = text.startsWith('\t') || text.startsWith('\r') || text.startsWith('\n')
  const [first = ''] = text.replace(LEADING, '').normalize('NFKC')

  return isApostrophe || isControl || FORMULA_STARTS.has(first) ? `'${text}` : text
}

function quoted (text: string): string {
  return NEEDS_QUOTES.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
