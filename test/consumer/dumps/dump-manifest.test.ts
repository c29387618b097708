import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { suite, test } from 'node:test'
import { DumpFolder } from '../../../consumer/dumps/dump-folder.ts'
import { readManifest, writeManifest } from '../../../consumer/dumps/dump-manifest.ts'
import { isProbeError } from '../../../core/errors.ts'
import { TempFolder } from '../../support/temp-folder.ts'
import type { DumpEntry } from '../../../consumer/dumps/dump-manifest.ts'

const entry: DumpEntry = {
  file: 'nodes-20260101T000000.000Z.ndjson.zst',
  content: 'nodes',
  format: 'NDJSON',
  compression: 'zstd',
  schemaVersion: 1,
  takenAt: '2026-01-01T00:00:00.000Z',
  full: true,
  changedSince: null,
  count: 0,
  minTime: null,
  maxTime: null,
  generation: null,
  bytes: 9,
  sha256: 'a'.repeat(64)
}

suite('manifest of dumps', () => {
  test('is read as it was written, and is absent at first', async () => {
    using temp = new TempFolder()
    const folder = await DumpFolder.open(temp.path)
    assert.equal(await readManifest(folder), undefined)
    await writeManifest(folder, [entry])

    assert.deepEqual(await readManifest(folder), { version: 2, dumps: [entry] })
  })

  test('is one that releases read which dump nodes alone, until it lists something else', async () => {
    using temp = new TempFolder()
    const folder = await DumpFolder.open(temp.path)
    const written = (): Record<string, unknown> => JSON.parse(readFileSync(temp.file('manifest.json'), 'utf8')) as Record<string, unknown>
    const nodes = { ...entry, minTime: '2026-01-01T00:00:00.000Z', maxTime: '2026-01-02T00:00:00.000Z' }
    await writeManifest(folder, [nodes])
    assert.deepEqual(written(), { version: 1, dumps: [{ ...nodes, minLastSeen: nodes.minTime, maxLastSeen: nodes.maxTime }] })

    await writeManifest(folder, [nodes, { ...entry, file: 'crawls-20260101T000001.000Z.ndjson.zst', content: 'crawls' }])
    assert.equal(written()['version'], 2)
  })

  test('lists files of all contents and formats', async () => {
    using temp = new TempFolder()
    const folder = await DumpFolder.open(temp.path)
    const dumps: DumpEntry[] = [
      entry,
      { ...entry, file: 'visits-20260101T000001.000Z.csv.zst', content: 'visits', format: 'CSV' },
      { ...entry, file: 'sessions-20260101T000002.000Z.parquet', content: 'sessions', generation: 3, format: 'Parquet', compression: 'none' }
    ]
    await writeManifest(folder, dumps)

    assert.deepEqual((await readManifest(folder))?.dumps, dumps)
  })

  test('is refused when somebody broke it, also when it names files elsewhere', async () => {
    using temp = new TempFolder()
    for (const text of ['{', '{"version":3,"dumps":[]}', '{"version":2}', JSON.stringify({ version: 2, dumps: [{ ...entry, file: '../../etc/passwd' }] }), JSON.stringify({ version: 2, dumps: [{ ...entry, content: 'edges' }] })]) {
      writeFileSync(temp.file('manifest.json'), text)
      await assert.rejects(readManifest({ path: temp.path }), err => isProbeError(err, 'PP_DUMP_FAILED') && err.message.includes('manifest.json'))
    }
  })
})
