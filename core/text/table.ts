import { cutApart } from './cut-apart.ts'
import { escapeControlChars } from './escape-control-chars.ts'

const MAX_WIDTH = 60

/**
 * Formats rows as a table for a terminal. Texts may be untrusted: control characters are escaped, and only the last column
 * may be long. Different texts stay different when they are cut.
 */
export function formatTable (columns: readonly string[], rows: readonly (readonly (string | number | null)[])[]): string {
  const last = columns.length - 1
  const cells = columns.map((column, i) => {
    const texts = [column, ...rows.map(row => escapeControlChars(String(row[i] ?? '-')))]

    return i === last ? texts : cutApart(texts, MAX_WIDTH)
  })
  const widths = cells.map((column, i) => i === last ? 0 : Math.max(...column.map(cell => cell.length)))

  return [columns, ...rows].map((_, n) => `${cells.map((column, i) => column[n]?.padEnd(widths[i] ?? 0)).join('  ').trimEnd()}\n`).join('')
}
