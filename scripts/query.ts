/** `npm run query -- DATABASE "SELECT …"`: one query on a local database, opened read-only, as a table. */
import { DatabaseSync } from 'node:sqlite'
import { errorText } from '../core/errors.ts'
import { cutApart } from '../core/text/cut-apart.ts'
import { escapeControlChars } from '../core/text/escape-control-chars.ts'
import type { SQLOutputValue } from 'node:sqlite'

const MAX_ROWS = 1_000
const MAX_WIDTH = 60
const [path, sql] = process.argv.slice(2)

// The reader has closed the pipe (`| head`), or the output cannot be written.
process.stdout.on('error', (err: NodeJS.ErrnoException) => {
  if (err.code !== 'EPIPE') {
    process.stderr.write(`standard output cannot be written: ${errorText(err)}\n`)
    process.exitCode = 1
  }
})

try {
  // For an empty path SQLite would create a new, empty database.
  if (path === undefined || path === '' || sql === undefined) {
    throw new TypeError('usage: npm run query -- DATABASE "SELECT …"')
  }

  using database = new DatabaseSync(path, { readOnly: true })
  const rows: Record<string, SQLOutputValue>[] = []

  for (const row of database.prepare(sql).iterate()) {
    if (rows.push(row) === MAX_ROWS) {
      break
    }
  }

  process.stdout.write(formatTable(rows))
} catch (err) {
  process.stderr.write(`${errorText(err)}\n`)
  process.exitCode = 1
}

function formatTable (rows: readonly Record<string, SQLOutputValue>[]): string {
  if (rows[0] === undefined) {
    return '(no rows)\n'
  }

  const columns = Object.keys(rows[0])
  const cells = columns.map(column => cutApart([column, ...rows.map(row => formatCell(row[column]))], MAX_WIDTH))
  const widths = cells.map(column => Math.max(...column.map(cell => cell.length)))
  const lines = ['', ...rows].map((_, n) => cells.map((column, i) => column[n]?.padEnd(widths[i] ?? 0)).join('  ').trimEnd())

  return `${lines.toSpliced(1, 0, widths.map(width => '-'.repeat(width)).join('  ')).join('\n')}\n${rows.length === MAX_ROWS ? `(the first ${String(MAX_ROWS)} rows)\n` : ''}`
}

function formatCell (value: SQLOutputValue | undefined): string {
  return value == null ? '' : value instanceof Uint8Array ? Buffer.from(value).toString('hex') : escapeControlChars(String(value))
}
