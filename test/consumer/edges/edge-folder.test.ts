import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { chmodSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { suite, test } from 'node:test'
import { edgeFileName } from '../../../consumer/edges/edge-file-name.ts'
import { EdgeFolder, listEdgeFiles, MAX_FILES, STALE_AFTER_MS } from '../../../consumer/edges/edge-folder.ts'
import { CRAWL_ID } from '../../support/consumer/messages.ts'
import { SCAN } from '../../support/consumer/neighbours.ts'
import { TempFolder } from '../../support/temp-folder.ts'

const HOUR_S = 3_600
const crawl = (hours: number): { scan: string, crawlId: number } => ({ scan: SCAN, crawlId: CRAWL_ID + hours * HOUR_S })

suite('EdgeFolder', () => {
  test('shows a file once it is finished, readable for the group where the folder is shared', async () => {
    using temp = new TempFolder()
    chmodSync(temp.path, 0o2770)
    const folder = new EdgeFolder(temp.path, 0)
    await using file = await folder.begin(crawl(0))
    await file.handle.appendFile('x')
    assert.equal(folder.has(crawl(0)), false)

    await file.finish()
    assert.equal(folder.has(crawl(0)), true)
    assert.equal(statSync(temp.file(edgeFileName(crawl(0)))).mode & 0o777, 0o640)
    assert.deepEqual(await listEdgeFiles(temp.path), [{ file: edgeFileName(crawl(0)), ...crawl(0) }])
  })

  test('removes files by age except the newest, and touches no other file', async () => {
    using temp = new TempFolder()
    const others = ['manifest.json', 'nodes-20200101T000000.000Z.ndjson.zst', 'edges-notes.txt']
    const names = [0, 1, 2, 3].map(hours => edgeFileName(crawl(hours)))
    for (const name of [...others, ...names]) {
      writeFileSync(temp.file(name), '')
    }
    const folder = new EdgeFolder(temp.path, 1.5 * HOUR_S * 1_000)

    await folder.removeOld((CRAWL_ID + 3 * HOUR_S) * 1_000)
    assert.deepEqual(readdirSync(temp.path).sort(), [...others, ...names.slice(2)].sort())

    await folder.removeOld((CRAWL_ID + 1_000 * HOUR_S) * 1_000)
    assert.deepEqual(readdirSync(temp.path).sort(), [...others, ...names.slice(3)].sort())
  })

  test('keeps no more than a number of files, whatever their age', async () => {
    using temp = new TempFolder()
    for (let i = 0; i < MAX_FILES + 2; i++) {
      writeFileSync(temp.file(edgeFileName({ scan: SCAN, crawlId: CRAWL_ID + i })), '')
    }
    await new EdgeFolder(temp.path, 1e12).removeOld(CRAWL_ID * 1_000)

    const files = await listEdgeFiles(temp.path)
    assert.equal(files.length, MAX_FILES)
    assert.equal(files[0]?.crawlId, CRAWL_ID + 2)
  })

  test('removes temporary files that nobody writes any more', async () => {
    using temp = new TempFolder()
    const nowMs = CRAWL_ID * 1_000
    const [dead, alive] = [randomUUID(), randomUUID()].map(id => `${edgeFileName(crawl(0))}.${id}.partial`) as [string, string]
    for (const [name, ageMs] of [[dead, STALE_AFTER_MS + 1_000], [alive, STALE_AFTER_MS - 1_000]] as const) {
      writeFileSync(temp.file(name), '')
      utimesSync(temp.file(name), (nowMs - ageMs) / 1_000, (nowMs - ageMs) / 1_000)
    }
    await new EdgeFolder(temp.path, 0).removeOld(nowMs)

    assert.deepEqual(readdirSync(temp.path), [alive])
  })
})
