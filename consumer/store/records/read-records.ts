// Reads records by pages, the same way from all databases. A page reads a bounded number of rows by the primary key and then
// applies the filter to them, so that no page takes long, however few records meet the filter.
import { ProbeError } from '../../../core/errors.ts'
import { columnsOf } from '../../records/record-kinds.ts'
import { checkFilter } from '../../records/record-query.ts'
import { storeTimeOf } from '../model/store-time.ts'
import { CRAWL_SOURCE } from './crawl-source.ts'
import { NODE_SOURCE } from './node-source.ts'
import { readLists } from './record-lists.ts'
import { given } from './record-source.ts'
import { recordValueFrom } from './record-values.ts'
import { SESSION_SOURCE } from './session-source.ts'
import { VISIT_SOURCE } from './visit-source.ts'
import type { RecordColumn, RecordValue, StoredRecord } from '../../records/record-column.ts'
import type { RecordKind } from '../../records/record-kinds.ts'
import type { RecordPage, RecordPageQuery } from '../../records/record-query.ts'
import type { KeyValue, RecordDialect } from './record-dialect.ts'
import type { RecordSource, SourceColumn } from './record-source.ts'

const SOURCES: Readonly<Record<RecordKind, RecordSource>> = { nodes: NODE_SOURCE, visits: VISIT_SOURCE, crawls: CRAWL_SOURCE, sessions: SESSION_SOURCE }

type Row = readonly unknown[]

/** A page of records. @throws ProbeError `PP_RECORD_QUERY`; errors of the database */
export async function readRecords ({ kind, filter = {}, changedSinceMs, after, limit }: RecordPageQuery, dialect: RecordDialect): Promise<RecordPage> {
  checkFilter(kind, filter)
  const source = SOURCES[kind]
  const columns = columnsOf(kind).filter(({ name }) => Object.hasOwn(source.columns, name))
  const key = source.key.join(', ')
  const where = whereOf([
    ...after === undefined ? [] : [dialect.after(source.key, keyFrom(after, source, kind))],
    ...source.narrow(filter, dialect)
  ])
  const conditions = [...source.conditions(filter, dialect), ...given(changedSinceMs, ms => changedSince(ms, { kind, source }, dialect))]
  const selected = [...source.key.map(name => `r.${name}`), ...columns.map(({ name }) => sqlOf(source.columns[name]?.sql, dialect))]
  const rows = await dialect.query(`SELECT ${selected.join(', ')}
    FROM (SELECT * FROM ${source.table} ${dialect.byKey}${where} ORDER BY ${key} LIMIT ${String(limit)}) AS r ${source.joins}
    ${whereOf(conditions)} ORDER BY ${source.key.map(name => `r.${name}`).join(', ')}`)
  // Where rows were left out, the last row that the page read is not among them.
  const [last] = rows.length === limit || conditions.length === 0
    ? rows.slice(limit - 1)
    : await dialect.query(`SELECT ${key} FROM ${source.table} ${dialect.byKey}${where} ORDER BY ${key} LIMIT 1 OFFSET ${String(limit - 1)}`)

  return {
    records: await recordsFrom(rows, { kind, source, columns }, dialect),
    next: last === undefined ? undefined : JSON.stringify(last.slice(0, source.key.length))
  }
}

function changedSince (sinceMs: number, { kind, source: { changedAt } }: Pick<Reading, 'kind' | 'source'>, dialect: RecordDialect): string {
  if (changedAt === undefined) {
    throw new ProbeError('PP_RECORD_QUERY', `${kind} do not say when they were written: read all of them`)
  }

  return `r.${changedAt} >= ${dialect.text(storeTimeOf(sinceMs))}`
}

function sqlOf (sql: SourceColumn['sql'] = 'NULL', dialect: RecordDialect): string {
  return typeof sql === 'string' ? sql : sql(dialect)
}

function whereOf (conditions: readonly string[]): string {
  return conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`
}

// A cursor is the key of the last row that was read. It comes back through users, so it is checked.
function keyFrom (after: string, { key }: RecordSource, kind: RecordKind): KeyValue[] {
  let values: unknown

  try {
    values = JSON.parse(after)
  } catch {
    values = undefined
  }

  if (!Array.isArray(values) || values.length !== key.length || !values.every((value): value is KeyValue => typeof value === 'string' || Number.isSafeInteger(value))) {
    throw new ProbeError('PP_RECORD_QUERY', `the cursor does not come from a page of ${kind}: pass on the cursor of the page before unchanged`)
  }

  return values
}

interface Reading { kind: RecordKind, source: RecordSource, columns: readonly RecordColumn[] }

async function recordsFrom (rows: readonly Row[], { kind, source, columns }: Reading, dialect: RecordDialect): Promise<StoredRecord[]> {
  const offset = source.key.length
  const lists = await readLists(rows.map(([owner]) => owner), source, dialect)

  return rows.map((row) => {
    const values = new Map<string, RecordValue>(columns.map((column, i) =>
      [column.name, recordValueFrom(row[offset + i], column, source.columns[column.name] ?? {}, dialect.read)]))

    for (const { name, of } of lists) {
      values.set(name, of.get(row[0]) ?? [])
    }

    return Object.fromEntries(columnsOf(kind).map(({ name }) => [name, values.get(name) ?? null]))
  })
}
