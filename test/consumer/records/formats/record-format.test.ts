// Every format read back by DuckDB: what it reads equals the records.
import assert from 'node:assert/strict'
import { createWriteStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { suite, test } from 'node:test'
import { RECORD_FORMATS } from '../../../../consumer/records/formats/record-format.ts'
import { columnsOf, RECORD_KIND_NAMES } from '../../../../consumer/records/record-kinds.ts'
import { keysOf } from '../../../../core/record-keys.ts'
import { askDuckdb, duckdbTable, readWithDuckdb } from '../../../support/consumer/duckdb-reader.ts'
import { HOSTILE_TEXTS } from '../../../support/consumer/hostile-texts.ts'
import { TempFolder } from '../../../support/temp-folder.ts'
import type { RecordFormatName } from '../../../../consumer/records/formats/record-format.ts'
import type { RecordColumn, RecordValue, StoredRecord } from '../../../../consumer/records/record-column.ts'
import type { RecordKind } from '../../../../consumer/records/record-kinds.ts'

const INTEGERS = [0, 1, -1, 4_294_967_295, Number.MAX_SAFE_INTEGER, -7]
const NUMBERS = [0, 42.5, -0.125, 1e-9, 86_400_000]
const FORMATS = keysOf(RECORD_FORMATS)

function valueAt ({ type, isNullable }: RecordColumn, i: number): RecordValue {
  const text = HOSTILE_TEXTS[i % HOSTILE_TEXTS.length] ?? ''

  if (isNullable && i % 5 === 4) {
    return null
  }

  return {
    text,
    integer: INTEGERS[i % INTEGERS.length] ?? 0,
    number: NUMBERS[i % NUMBERS.length] ?? 0,
    boolean: i % 2 === 0,
    time: new Date(1_767_225_600_000 + i * 1_001).toISOString(),
    list: i % 3 === 0 ? [] : [text, { multiaddr: text, last_seen: '2026-01-01T00:00:00.000Z' }]
  }[type]
}

function recordsOf (kind: RecordKind, count: number): StoredRecord[] {
  return Array.from({ length: count }, (_, i) => Object.fromEntries(columnsOf(kind).map((column, j) => [column.name, valueAt(column, i + j)])))
}

async function* inBatches (records: readonly StoredRecord[], size: number): AsyncGenerator<readonly StoredRecord[]> {
  yield []
  for (let i = 0; i < records.length; i += size) {
    yield await Promise.resolve(records.slice(i, i + size))
  }
}

interface Wanted { kind: RecordKind, format: RecordFormatName }

async function written (folder: TempFolder, { kind, format }: Wanted, records: readonly StoredRecord[]): Promise<string> {
  const path = folder.file(`${kind}.${RECORD_FORMATS[format].ending}`)
  await pipeline(RECORD_FORMATS[format].chunks(kind, inBatches(records, 7)), createWriteStream(path))

  return path
}

suite('RECORD_FORMATS', () => {
  for (const format of FORMATS) {
    for (const kind of RECORD_KIND_NAMES) {
      test(`DuckDB reads ${kind} from ${format} as they are, hostile texts included`, async () => {
        using folder = new TempFolder()
        const records = recordsOf(kind, 150)

        assert.deepEqual(await readWithDuckdb(await written(folder, { kind, format }, records), kind, format), records)
      })
    }

    test(`a file without records is whole: ${format}`, async () => {
      using folder = new TempFolder()

      assert.deepEqual(await readWithDuckdb(await written(folder, { kind: 'visits', format }, []), 'visits', format), [])
    })
  }

  test('DuckDB finds the types of Parquet in the file', async () => {
    using folder = new TempFolder()
    const path = await written(folder, { kind: 'visits', format: 'Parquet' }, recordsOf('visits', 3))
    const described = new Map((await askDuckdb(`DESCRIBE SELECT * FROM ${duckdbTable(path, 'visits', 'Parquet')}`)).map(([name, type]) => [name, type]))

    assert.deepEqual([...described.keys()], columnsOf('visits').map(({ name }) => name))
    const types = ['TIMESTAMP WITH TIME ZONE', 'BIGINT', 'DOUBLE', 'BOOLEAN', 'VARCHAR', 'VARCHAR']
    assert.deepEqual(['started_at', 'crawl_id', 'latency_ms', 'limited', 'detail', 'protocols'].map(name => described.get(name)), types)
    const metadata = await askDuckdb(`SELECT decode(value) FROM parquet_kv_metadata('${path}')
      WHERE decode(key) IN ('peerprobe.kind', 'peerprobe.column.latency_ms') ORDER BY 1`)
    assert.deepEqual(metadata.map(([value]) => value), ['Round-trip time: the least of the visit\'s measurements. Unit: ms.', 'visits'])
  })
})
