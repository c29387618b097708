import { formatTable } from '../../core/text/table.ts'
import { writeOut } from './write-out.ts'

type Cell = string | number | null

/** How rows of one kind are shown. */
export interface ListingForm<Row> {
  /** Titles of the columns. */
  columns: readonly string[]

  /** The cells of a row. Control characters are escaped when they are printed. */
  cells: (row: Row) => readonly Cell[]
}

/** How a listing is printed. */
export interface ListingOptions {
  /** One JSON object a line in place of a table. */
  json: boolean

  /** Last line of a table. */
  footer?: string
}

/**
 * Prints rows as they come, page after page: one JSON object a line, or a table. The widths of a table are those of its page,
 * so that a listing of any length takes the memory of one page.
 */
export async function printListing<Row extends object> (
  pages: AsyncIterable<readonly Row[]> | Iterable<readonly Row[]>,
  { columns, cells }: ListingForm<Row>,
  { json, footer }: ListingOptions,
  signal: AbortSignal
): Promise<void> {
  let count = 0

  for await (const rows of pages) {
    if (json) {
      await writeOut(rows.map(row => `${JSON.stringify(row)}\n`).join(''), signal)
    } else if (rows.length > 0 || count === 0) {
      const table = formatTable(columns, rows.map(cells))
      await writeOut(count === 0 ? table : table.slice(table.indexOf('\n') + 1), signal)
    }

    count += rows.length
  }

  if (!json && footer !== undefined) {
    await writeOut(`${footer}\n`, signal)
  }
}
