import { printable } from './printable.ts'

const MAX_WIDTH = 60

/** Rows as a table for a terminal. Texts may come from strangers: nothing in them is obeyed, and the last column alone may be long. */
export function formatTable (columns: readonly string[], rows: readonly (readonly (string | number | null)[])[]): string {
  const cells = [columns, ...rows.map(row => row.map(value => printable(String(value ?? '-'))))]
  const widths = columns.map((_, i) => Math.min(MAX_WIDTH, Math.max(...cells.map(row => row[i]?.length ?? 0))))
  const last = columns.length - 1

  return cells.map(row => `${row.map((cell, i) => i === last ? cell : cut(cell).padEnd(widths[i] ?? 0)).join('  ').trimEnd()}\n`).join('')
}

function cut (text: string): string {
  return text.length <= MAX_WIDTH ? text : `${text.slice(0, MAX_WIDTH - 1)}…`
}
