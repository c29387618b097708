import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { suite, test } from 'node:test'
import { EdgeFile, edgeRecords } from '../../../consumer/edges/edge-file.ts'
import { EDGE_COLUMNS } from '../../../consumer/records/edge-columns.ts'
import { PendingFile } from '../../../core/files/pending-file.ts'
import { readWithDuckdb } from '../../support/consumer/duckdb-reader.ts'
import { CRAWL_ID } from '../../support/consumer/messages.ts'
import { peerNo, SCAN, tableOf, tablesOf } from '../../support/consumer/neighbours.ts'
import { TempFolder } from '../../support/temp-folder.ts'

suite('EdgeFile', () => {
  test('has a row for each entry of a table, and one for a visit without entries', () => {
    const visit = { scan: SCAN, network: 'ipfs', vantage: null, crawl_id: CRAWL_ID, node_id: peerNo(1), attempt: 1, outcome: 'ok', contacted: true, entries: 2 }

    assert.deepEqual(edgeRecords(tableOf()), [{ ...visit, bucket: 3, peer_id: peerNo(2) }, { ...visit, bucket: 3, peer_id: peerNo(3) }])
    assert.deepEqual(edgeRecords(tableOf({ outcome: 'timeout', entries: undefined, buckets: [], vantage: 'lab' })), [{ ...visit, vantage: 'lab', outcome: 'timeout', contacted: false, entries: null, bucket: null, peer_id: null }])
    assert.deepEqual(edgeRecords(tableOf()).map(record => Object.keys(record)), [0, 1].map(() => EDGE_COLUMNS.map(({ name }) => name)))
  })

  test('has the columns that the page of the data lists', () => {
    const page = readFileSync(new URL('../../../docs/data.md', import.meta.url), 'utf8')
    const [, section = ''] = page.split('\n## Files of routing tables\n')

    assert.deepEqual([...section.split('\n## ')[0]!.matchAll(/^\| `(\w+)` \| (.*) \|$/gm)].map(([, name, meaning]) => [name, meaning]), EDGE_COLUMNS.map(({ name, meaning }) => [name, meaning]))
  })

  test('is read by DuckDB as it was written, over several groups of rows', async () => {
    using folder = new TempFolder()
    const tables = tablesOf(11_000)
    const file = new EdgeFile(await PendingFile.open(folder.file('edges.parquet')))
    for (const table of tables) {
      await file.add(table)
    }
    assert.ok(file.bytes > 0, 'a group of rows was written before the end')
    assert.equal(file.rows, 22_000)

    await file.finish()
    assert.deepEqual(await readWithDuckdb(folder.file('edges.parquet'), 'edges', 'Parquet'), tables.flatMap(edgeRecords))
  })

  test('leaves nothing when it is disposed before it is finished', async () => {
    using folder = new TempFolder()
    const file = new EdgeFile(await PendingFile.open(folder.file('edges.parquet')))
    await file.add(tableOf())
    await file[Symbol.asyncDispose]()

    assert.deepEqual(readdirSync(folder.path), [])
  })
})
