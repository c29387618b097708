import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { createHash, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdirSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { suite, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { exportRecords, exportToFile } from '../../../consumer/export/export-records.ts'
import { isProbeError } from '../../../core/errors.ts'
import { isAbort } from '../../../core/time/signals.ts'
import { readWithDuckdb } from '../../support/consumer/duckdb-reader.ts'
import { pagesOfVisits } from '../../support/consumer/pages-of-visits.ts'
import { TempFolder } from '../../support/temp-folder.ts'
import { until } from '../../support/until.ts'
import type { ExportRequest, ExportSummary } from '../../../consumer/export/export-records.ts'

const { signal } = new AbortController()
const VISITS: ExportRequest = { kind: 'visits', format: 'NDJSON', filter: {} }
const SLOW_EXPORT = fileURLToPath(new URL('../../support/consumer/endless-export.ts', import.meta.url))

const toFile = async (path: string, snapshot: Parameters<typeof exportRecords>[0], request = VISITS): Promise<ExportSummary> =>
  await exportToFile(path, async write => await exportRecords(snapshot, request, write, signal))

suite('exportToFile', () => {
  for (const format of ['NDJSON', 'CSV', 'Parquet'] as const) {
    test(`writes all pages as one ${format} file, with its count, size and hash`, async () => {
      using folder = new TempFolder()
      const path = folder.file('visits')
      const { snapshot, records } = pagesOfVisits(3)
      const summary = await toFile(path, snapshot, { ...VISITS, format })
      const content = readFileSync(path)

      assert.deepEqual(summary, { count: records.length, bytes: content.length, sha256: createHash('sha256').update(content).digest('hex') })
      assert.deepEqual(await readWithDuckdb(path, 'visits', format), records)
      assert.deepEqual(readdirSync(folder.path), ['visits'])
      assert.equal(statSync(path).mode & 0o777, 0o600)
    })
  }

  test('leaves the file before in its place when the store fails or the process stops', async () => {
    using folder = new TempFolder()
    writeFileSync(folder.file('a'), 'before')
    const stop = new AbortController()
    const failure = new TypeError('store is away')
    await assert.rejects(toFile(folder.file('a'), pagesOfVisits(3, { failure }).snapshot), failure)
    const { snapshot } = pagesOfVisits(Infinity, {
      onPage: (page) => {
        if (page === 3) {
          stop.abort()
        }
      }
    })
    await assert.rejects(exportToFile(folder.file('a'), async write => await exportRecords(snapshot, VISITS, write, stop.signal)), isAbort)

    assert.deepEqual(readdirSync(folder.path), ['a'])
    assert.equal(readFileSync(folder.file('a'), 'utf8'), 'before')
  })

  test('names the path that the system refuses', async () => {
    using folder = new TempFolder()
    mkdirSync(folder.file('folder'))

    for (const path of [folder.file('missing/a'), folder.file('folder')]) {
      await assert.rejects(toFile(path, pagesOfVisits(1).snapshot), err => isProbeError(err, 'PP_EXPORT_FAILED') && err.message.includes(path))
    }
    assert.deepEqual(readdirSync(folder.path), ['folder'])
  })

  test('leaves no file under the name when its process is killed', async () => {
    using folder = new TempFolder()
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', SLOW_EXPORT, folder.file('a')], { stdio: 'inherit' })
    await until('something is written', () => readdirSync(folder.path).some(name => statSync(folder.file(name)).size > 0))
    child.kill('SIGKILL')
    await once(child, 'exit')

    const left = readdirSync(folder.path)
    assert.equal(left.length, 1)
    assert.match(left[0] ?? '', /^a\.[0-9a-f-]+\.tmp$/)
    // The next export finds that nobody has written to it for a while.
    utimesSync(folder.file(left[0] ?? ''), 1_000, 1_000)
    await toFile(folder.file('a'), pagesOfVisits(1).snapshot)
    assert.deepEqual(readdirSync(folder.path), ['a'])
  })

  test('removes what a killed export to another name left, and no other program\'s files', async () => {
    using folder = new TempFolder()
    const old = [`visits-2026-11-30.csv.${randomUUID()}.tmp`, `b.parquet.${randomUUID()}.tmp`]
    const kept = [`notes.txt.${randomUUID()}.tmp`, 'b.csv.tmp', `young.csv.${randomUUID()}.tmp`]
    for (const name of [...old, ...kept]) {
      writeFileSync(folder.file(name), '')
    }
    for (const name of [...old, ...kept.slice(0, 2)]) {
      utimesSync(folder.file(name), 1_000, 1_000)
    }
    await toFile(folder.file('a'), pagesOfVisits(1).snapshot)

    assert.deepEqual(readdirSync(folder.path).sort(), ['a', ...kept].sort())
  })
})

suite('exportRecords', () => {
  test('waits for its reader: no page is read before the one before it was taken', async () => {
    const events: string[] = []
    const { snapshot } = pagesOfVisits(2, { onPage: page => events.push(`page ${String(page)}`) })
    await exportRecords(snapshot, VISITS, async () => {
      events.push('taken')
      await Promise.resolve()
    }, signal)

    assert.deepEqual(events, ['page 1', 'taken', 'page 2', 'taken'])
  })

  test('ends with the error of its reader, and reads no further', async () => {
    const pages: number[] = []
    const failure = new TypeError('the reader has gone')
    const refuse = async (): Promise<never> => await Promise.reject(failure)
    const { snapshot } = pagesOfVisits(5, {
      onPage: (page) => {
        pages.push(page)
      }
    })
    await assert.rejects(exportRecords(snapshot, VISITS, refuse, signal), failure)

    assert.deepEqual(pages, [1])
  })
})
