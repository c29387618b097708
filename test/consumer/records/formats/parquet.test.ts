import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { suite, test } from 'node:test'
import { ROW_GROUP } from '../../../../consumer/records/formats/parquet-encoder.ts'
import { parquetChunks } from '../../../../consumer/records/formats/parquet.ts'
import { columnsOf } from '../../../../consumer/records/record-kinds.ts'
import { askDuckdb } from '../../../support/consumer/duckdb-reader.ts'
import { TempFolder } from '../../../support/temp-folder.ts'
import type { RecordValue, StoredRecord } from '../../../../consumer/records/record-column.ts'

const VALUES: Record<string, RecordValue> = { text: 'x', integer: 1, number: 1.5, boolean: true, time: '2026-01-01T00:00:00.000Z', list: [] }

function batchOf (count: number, detail: string): StoredRecord[] {
  const record = { ...Object.fromEntries(columnsOf('visits').map(({ name, type }) => [name, VALUES[type] ?? null])), detail }

  return Array.from({ length: count }, () => record)
}

/** The chunks of a file, and how many batches were read before each. */
async function chunksOf (batches: readonly (readonly StoredRecord[])[]): Promise<{ file: Buffer, readBefore: number[] }> {
  const chunks: Uint8Array[] = []
  const readBefore: number[] = []
  let read = 0

  for await (const chunk of parquetChunks('visits', (async function* () {
    for (const batch of batches) {
      read++
      yield await Promise.resolve(batch)
    }
  })())) {
    chunks.push(chunk)
    readBefore.push(read)
  }

  return { file: Buffer.concat(chunks), readBefore }
}

async function groupsOf (file: Buffer): Promise<number[]> {
  using folder = new TempFolder()
  writeFileSync(folder.file('a.parquet'), file)
  const groups = await askDuckdb(`SELECT DISTINCT row_group_id, row_group_num_rows FROM parquet_metadata('${folder.file('a.parquet')}') ORDER BY 1`)

  return groups.map(([, rows]) => Number(rows))
}

suite('parquetChunks', () => {
  test('writes a row group as soon as it has enough rows', async () => {
    const batch = batchOf(ROW_GROUP.rows / 2, 'short')
    const { file, readBefore } = await chunksOf([batch, batch, batch])

    assert.deepEqual(readBefore, [2, 3, 3])
    assert.deepEqual(await groupsOf(file), [ROW_GROUP.rows, ROW_GROUP.rows / 2])
  })

  test('writes a row group as soon as it has enough text', async () => {
    const batch = batchOf(10, 'x'.repeat(ROW_GROUP.chars / 10))
    const { file, readBefore } = await chunksOf([batch, batch])

    assert.deepEqual(readBefore, [1, 2, 2])
    assert.deepEqual(await groupsOf(file), [10, 10])
  })
})
