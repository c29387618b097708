// What a dump contains, counted while it passes: the rows of each table, and whether it is whole. mysqldump and
// mariadb-dump write their last line only after everything else.
import { ProbeError } from '../../core/errors.ts'
import { SqlStatements } from './sql-statements.ts'
import type { SqlStatement } from './sql-statements.ts'

/** Number of rows by the name of the table. */
export type RowCounts = Record<string, number>

const LAST_LINE = /^-- Dump completed(?: on .*)?$/m

// The comments before a statement, such as the headings of a dump.
const COMMENTS = /^(?:\s+|--[^\n]*(?:\n|$)|#[^\n]*(?:\n|$)|\/\*(?!!|M!)[^]*?\*\/|\/\*M!999999\\- enable the sandbox mode \*\/)+/

// The head of a statement: long enough for every heading and a name, and no copy of megabytes of rows.
const HEAD_BYTES = 16_384

const NAME = '`((?:[^`]|``)+)`'
const CREATE = new RegExp(`^CREATE TABLE ${NAME}`)
const INSERT = new RegExp(`^INSERT INTO ${NAME} (\\()?`)

/** The table that a statement of a dump creates. */
export function createdTable (head: string): string | undefined {
  return unquoted(CREATE.exec(head)?.[1])
}

/** The first part of a statement, without the comments before it. */
export function headOf ({ text }: Pick<SqlStatement, 'text'>): string {
  return text.subarray(0, HEAD_BYTES).toString().replace(COMMENTS, '')
}

/** Counts the rows of a dump, statement by statement. */
export class DumpCheck {
  readonly #statements = new SqlStatements()
  readonly #rows = new Map<string, number>()

  /** The rows of each table so far. */
  get rows (): RowCounts {
    return Object.fromEntries([...this.#rows].sort(([a], [b]) => a < b ? -1 : 1))
  }

  /** The statements that end in these bytes. */
  push (chunk: Buffer): SqlStatement[] {
    const statements = this.#statements.push(chunk)
    statements.forEach((statement) => {
      this.#count(statement)
    })

    return statements
  }

  /** @throws ProbeError `PP_BACKUP_INVALID` when the dump is cut off, or is no dump of PeerProbe's tables */
  end (): void {
    if (this.#statements.isOpen || !LAST_LINE.test(this.#statements.rest.trimEnd().split('\n').at(-1) ?? '')) {
      throw new ProbeError('PP_BACKUP_INVALID', 'the dump is cut off: its last line is not "-- Dump completed"')
    }
    if ((this.#rows.get('schema_migration') ?? 0) === 0) {
      throw new ProbeError('PP_BACKUP_INVALID', 'the dump has no rows of the table schema_migration: it is not one of a database of PeerProbe')
    }
  }

  #count (statement: SqlStatement): void {
    const head = headOf(statement)
    const created = createdTable(head)

    if (created !== undefined) {
      this.#rows.set(created, this.#rows.get(created) ?? 0)
    }

    const [, name, columns] = INSERT.exec(head) ?? []
    const table = unquoted(name)

    if (table !== undefined) {
      // Where a table has generated columns, the list of the others comes first.
      this.#rows.set(table, (this.#rows.get(table) ?? 0) + statement.lists - (columns === undefined ? 0 : 1))
    }
  }
}

function unquoted (name: string | undefined): string | undefined {
  return name?.replaceAll('``', '`')
}
