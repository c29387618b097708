import assert from 'node:assert/strict'
import { readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { suite, test } from 'node:test'
import { edgeRecords } from '../../../../consumer/edges/edge-file.ts'
import { EdgeRows } from '../../../../consumer/edges/graph/edge-rows.ts'
import { RECORD_FORMATS } from '../../../../consumer/records/formats/record-format.ts'
import { isProbeError } from '../../../../core/errors.ts'
import { writeEdgeFile } from '../../../support/consumer/edge-files.ts'
import { tableOf, tablesOf } from '../../../support/consumer/neighbours.ts'
import { pagesOfVisits } from '../../../support/consumer/pages-of-visits.ts'
import { TempFolder } from '../../../support/temp-folder.ts'
import type { StoredRecord } from '../../../../consumer/records/record-column.ts'

async function readAll (rows: EdgeRows): Promise<StoredRecord[]> {
  return (await Array.fromAsync(rows.batches())).flat()
}

suite('EdgeRows', () => {
  test('reads what was written, as often as it is asked to, over several groups of rows', async () => {
    using folder = new TempFolder()
    const tables = [...tablesOf(11_000), tableOf({ outcome: 'timeout', entries: undefined, buckets: [], vantage: 'lab' })]
    const rows = await EdgeRows.open(await writeEdgeFile(folder.path, tables))
    const expected = tables.flatMap(edgeRecords)

    assert.equal(rows.count, expected.length)
    assert.deepEqual(await readAll(rows), expected)
    assert.deepEqual(await readAll(rows), expected)
  })

  test('refuses what is missing, cut off, damaged or another file, with its path', async () => {
    using folder = new TempFolder()
    const path = await writeEdgeFile(folder.path, tablesOf(100))
    const cut = folder.file('cut')
    writeFileSync(cut, readFileSync(path))
    truncateSync(cut, 100)
    const other = folder.file('other')
    writeFileSync(other, Buffer.concat(await Array.fromAsync(RECORD_FORMATS.Parquet.chunks('visits', (async function* () {
      yield await Promise.resolve(pagesOfVisits(1).records)
    })()))))
    const damaged = folder.file('damaged')
    writeFileSync(damaged, readFileSync(path).fill(0x55, 8, 200))

    for (const file of [folder.file('missing'), folder.path, cut, other]) {
      await assert.rejects(EdgeRows.open(file), err => isProbeError(err, 'PP_EDGES_UNREADABLE') && err.message.includes(file))
    }
    await assert.rejects(readAll(await EdgeRows.open(damaged)), err => isProbeError(err, 'PP_EDGES_UNREADABLE') && err.message.includes(damaged))
  })
})
