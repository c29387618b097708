// Statements for many rows are built as text: several times cheaper than placeholders (docs/performance.md). Every
// text of a peer goes through `quote`, whose result is ASCII without quotes or backslashes inside a literal: it means
// the same in every character set and sql_mode of a session. A backslash would not (sql_mode, sjis), nor would a
// character outside ASCII, whose bytes depend on the character set that the driver assumes.
import type { ServerInfo } from './server-info.ts'

// Printable ASCII without the quote and the backslash.
const PLAIN = /^[\x20-\x26\x28-\x5b\x5d-\x7e]*$/

/**
 * Makes the server look rows up by the primary key. It would rather read all rows of a small table, and so wait for the locks
 * of other writers: deadlocks. The hint works only where the query reads a column that no other index contains.
 */
export const BY_KEY = 'FORCE INDEX (PRIMARY)'

/** A text as a literal; null as NULL. */
export function quote (text: string | null): string {
  return text === null ? 'NULL' : PLAIN.test(text) ? `'${text}'` : `_utf8mb4 x'${Buffer.from(text).toString('hex')}'`
}

/** Whether a statement is ASCII, as every statement must be. */
export function isAscii (statement: string): boolean {
  // In UTF-8 only ASCII takes as many bytes as it has characters.
  return Buffer.byteLength(statement) === statement.length
}

/** A number as a literal; null as NULL. */
export function numberText (value: number | null | undefined): string {
  return value == null ? 'NULL' : String(value)
}

/** Bytes, given in hex, as a literal; null as NULL. */
export function bytesText (hex: string | null): string {
  return hex === null ? 'NULL' : `x'${hex}'`
}

/** A statement with each `?` replaced by the literal of its value. */
export function withValues (statement: string, values: readonly (string | number)[]): string {
  return statement.split('?').map((part, i) => i === 0 ? part : `${literalOf(values[i - 1] ?? null)}${part}`).join('')
}

function literalOf (value: string | number | null): string {
  return typeof value === 'number' ? numberText(value) : quote(value)
}

/** Literals in parentheses, for IN. */
export function listText (literals: Iterable<string>): string {
  return `(${[...literals].join()})`
}

/** An upsert: the table, its columns and the update of existing rows. */
export interface UpsertForm {
  table: string
  columns: readonly string[]

  /** The assignments for an existing row, executed left to right; `fresh` refers to the statement's value of a column. */
  onDuplicate: (fresh: (column: string) => string) => string
}

/** The statements that upsert rows, each row `(…)` in the order of the columns: as few as the server's packets allow. */
export function upsertStatements ({ table, columns, onDuplicate }: UpsertForm, rows: readonly string[], { upsert, maxPacketChars }: ServerInfo): string[] {
  const head = `INSERT INTO ${table} (${columns.join()}) VALUES `
  const tail = upsert === 'alias'
    ? ` AS fresh ON DUPLICATE KEY UPDATE ${onDuplicate(column => `fresh.${column}`)}`
    : ` ON DUPLICATE KEY UPDATE ${onDuplicate(column => `VALUES(${column})`)}`

  return inChunks(rows, maxPacketChars - head.length - tail.length).map(chunk => `${head}${chunk.join()}${tail}`)
}

/** Texts in groups whose joined length is at most `maxChars`; a longer text is a group of its own. */
export function inChunks (texts: readonly string[], maxChars: number): string[][] {
  const chunks: string[][] = []
  let room = 0

  for (const text of texts) {
    const chunk = chunks.at(-1)

    if (chunk === undefined || text.length + 1 > room) {
      chunks.push([text])
      room = maxChars - text.length
    } else {
      chunk.push(text)
      room -= text.length + 1
    }
  }

  return chunks
}
