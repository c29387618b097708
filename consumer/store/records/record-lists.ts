import { keyLiteral } from './record-dialect.ts'
import { recordValueFrom } from './record-values.ts'
import type { RecordDialect } from './record-dialect.ts'
import type { RecordSource, SourceList } from './record-source.ts'

/** The lists of one column, by the first key column of their record. */
interface Lists { name: string, of: ReadonlyMap<unknown, readonly unknown[]> }

/** Reads the lists of the records of a page, whose first key column has these values. */
export async function readLists (keys: readonly unknown[], { key: [owner = ''], lists }: RecordSource, dialect: RecordDialect): Promise<Lists[]> {
  if (keys.length === 0 || lists.length === 0) {
    return []
  }

  const owners = keys.map(value => keyLiteral(dialect, dialect.read.text(value, owner))).join()
  const found: Lists[] = []

  // One after the other: a snapshot has one connection.
  for (const list of lists) {
    found.push({ name: list.column, of: await readList(list, { owner, owners }, dialect) })
  }

  return found
}

async function readList ({ table, texts, times }: SourceList, { owner, owners }: { owner: string, owners: string }, dialect: RecordDialect): Promise<Lists['of']> {
  const entries = await dialect.query(`SELECT ${[owner, ...texts, ...times].join(', ')} FROM ${table}
    WHERE ${owner} IN (${owners}) ORDER BY ${[owner, ...texts].join(', ')}`)
  const columns = [
    ...texts.map(name => ({ name, type: 'text' as const, isNullable: false })),
    ...times.map(name => ({ name, type: 'time' as const, isNullable: false }))
  ]
  const byOwner = new Map<unknown, unknown[]>()

  for (const [of, ...values] of entries) {
    const entry = Object.fromEntries(columns.map((column, i) => [column.name, recordValueFrom(values[i], column, {}, dialect.read)]))
    const siblings = byOwner.get(of)

    if (siblings === undefined) {
      byOwner.set(of, [entry])
    } else {
      siblings.push(entry)
    }
  }

  return byOwner
}
