import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { suite, test } from 'node:test'
import { CrawlFiles, MAX_OPEN, SILENT_MS } from '../../../consumer/edges/crawl-files.ts'
import { EdgeCollector } from '../../../consumer/edges/edge-collector.ts'
import { edgeFileName } from '../../../consumer/edges/edge-file-name.ts'
import { edgeRecords } from '../../../consumer/edges/edge-file.ts'
import { EdgeFolder } from '../../../consumer/edges/edge-folder.ts'
import { createLogger } from '../../../core/process/logger.ts'
import { readWithDuckdb } from '../../support/consumer/duckdb-reader.ts'
import { CRAWL_ID } from '../../support/consumer/messages.ts'
import { batchOf, endOf, SCAN, tableOf, tablesOf } from '../../support/consumer/neighbours.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { TempFolder } from '../../support/temp-folder.ts'
import type { Neighbours, NeighboursEnd } from '../../../core/contracts/edges/neighbours.ts'

const log = createLogger({ level: 'silent' })
const NAME = edgeFileName({ scan: SCAN, crawlId: CRAWL_ID })

class Lab implements AsyncDisposable {
  readonly folder = new TempFolder()
  readonly clock = new FakeClock(CRAWL_ID * 1_000)
  readonly outcomes: string[] = []
  isDiskLow = false
  files = this.#files()
  collector = this.#collector()
  offset = 0
  readonly #killed: CrawlFiles[] = []

  #files (): CrawlFiles {
    return new CrawlFiles({
      folder: new EdgeFolder(this.folder.path, 1e12),
      clock: this.clock,
      log,
      isDiskLow: () => this.isDiskLow,
      observer: { ended: outcome => void this.outcomes.push(outcome) }
    })
  }

  #collector (): EdgeCollector {
    return new EdgeCollector({ files: this.files, clock: this.clock, log, observer: { read: () => undefined, rejected: () => void this.outcomes.push('rejected') } })
  }

  /** A process that was killed and started again: it knows nothing, and its temporary files are still there. */
  restart (): void {
    this.#killed.push(this.files)
    this.files = this.#files()
    this.collector = this.#collector()
  }

  /** Takes messages, one batch for each; returns the offsets to commit. */
  async take (...bodies: (Neighbours | NeighboursEnd)[]): Promise<number[]> {
    const offsets: number[] = []

    for (const body of bodies) {
      offsets.push(await this.collector.handle(batchOf([body], { offset: this.offset++ })))
    }

    return offsets
  }

  names (): string[] {
    return readdirSync(this.folder.path).filter(name => name.endsWith('.parquet')).sort()
  }

  partial (): string[] {
    return readdirSync(this.folder.path).filter(name => name.endsWith('.partial'))
  }

  async [Symbol.asyncDispose] (): Promise<void> {
    for (const files of [...this.#killed, this.files]) {
      await files[Symbol.asyncDispose]()
    }
    this.folder[Symbol.dispose]()
  }
}

suite('CrawlFiles', () => {
  test('writes a crawl\'s tables as one file when its end arrives, and commits them only then', async () => {
    await using lab = new Lab()
    const tables = tablesOf(5)

    assert.deepEqual(await lab.take(...tables), [0, 0, 0, 0, 0])
    assert.deepEqual(lab.names(), [])
    assert.deepEqual(await lab.take(endOf({ messages: 5 })), [6])
    assert.deepEqual(lab.names(), [NAME])
    assert.deepEqual(await readWithDuckdb(lab.folder.file(NAME), 'edges', 'Parquet'), tables.flatMap(edgeRecords))
    assert.deepEqual([lab.outcomes, lab.partial(), lab.collector.positions.get(0)], [['written'], [], 6])
  })

  test('repeated messages change nothing, wherever they are repeated', async () => {
    await using lab = new Lab()
    const [a, b, c] = tablesOf(3)
    await lab.take(a!, b!, a!, b!, c!, b!, endOf({ messages: 3 }), c!, endOf({ messages: 3 }))

    assert.deepEqual(lab.outcomes, ['written'])
    assert.equal((await readWithDuckdb(lab.folder.file(NAME), 'edges', 'Parquet')).length, 6)
  })

  test('a process that is killed in a crawl leaves no file, and the next one writes it whole from the uncommitted messages', async () => {
    await using lab = new Lab()
    const tables = tablesOf(4)
    const [, , committed] = await lab.take(...tables.slice(0, 3))
    assert.deepEqual([committed, lab.names(), lab.partial().length], [0, [], 1])

    lab.restart()
    lab.offset = committed!
    await lab.take(...tables, endOf({ messages: 4 }))
    assert.deepEqual(lab.names(), [NAME])
    assert.deepEqual(await readWithDuckdb(lab.folder.file(NAME), 'edges', 'Parquet'), tables.flatMap(edgeRecords))
  })

  test('a process that is killed between file and commit leaves a whole file, which the next one keeps', async () => {
    await using lab = new Lab()
    await lab.take(...tablesOf(2), endOf({ messages: 2 }))

    lab.restart()
    lab.offset = 0
    assert.deepEqual(await lab.take(...tablesOf(2), endOf({ messages: 2 })), [1, 2, 3])
    assert.deepEqual([lab.names(), lab.outcomes], [[NAME], ['written']])
  })

  test('a crawl of which a message is missing has no file', async () => {
    for (const left of [0, 1, 2, 3]) {
      await using lab = new Lab()
      const offsets = await lab.take(...tablesOf(4).filter((_, i) => i !== left), endOf({ messages: 4 }))

      assert.deepEqual([left, lab.names(), lab.partial(), lab.outcomes, offsets.at(-1)], [left, [], [], ['incomplete'], 4])
    }
  })

  test('an invalid message makes its crawl incomplete, and the next crawl is written', async () => {
    await using lab = new Lab()
    const [a, , c] = tablesOf(3)
    await lab.take(a!)
    await lab.collector.handle({ partition: 0, messages: [{ partition: 0, offset: 1, key: SCAN, value: Buffer.from('{'), headers: {}, timestampMs: 0 }], nextOffset: 2 })
    lab.offset = 2
    await lab.take(c!, endOf({ messages: 3 }), ...tablesOf(2, { crawlId: CRAWL_ID + 60 }), endOf({ crawlId: CRAWL_ID + 60, messages: 2 }))

    assert.deepEqual(lab.outcomes, ['rejected', 'incomplete', 'written'])
    assert.deepEqual(lab.names(), [edgeFileName({ scan: SCAN, crawlId: CRAWL_ID + 60 })])
  })

  test('a crawl that was stopped, given up or killed has no file, and holds nothing back', async () => {
    await using lab = new Lab()
    assert.deepEqual(await lab.take(...tablesOf(2), endOf({ state: 'aborted', messages: 2 })), [0, 0, 3])
    assert.deepEqual(await lab.take(...tablesOf(2, { crawlId: CRAWL_ID + 60 })), [3, 3])
    // The crawler was killed: only the next crawl shows that this one is over.
    assert.deepEqual(await lab.take(tableOf({ crawlId: CRAWL_ID + 120 }), endOf({ crawlId: CRAWL_ID + 120 })), [5, 7])
    assert.deepEqual(await lab.take(endOf({ crawlId: CRAWL_ID + 180, messages: 0 }), endOf({ crawlId: CRAWL_ID + 240, messages: 9 })), [8, 9])

    assert.deepEqual(lab.outcomes, ['aborted', 'incomplete', 'written', 'aborted', 'incomplete'])
    assert.deepEqual(lab.names(), [edgeFileName({ scan: SCAN, crawlId: CRAWL_ID + 120 })])
    assert.equal(lab.files.openCrawls, 0)
  })

  test('scans that crawl at the same time have files of their own, and the earliest one holds the commit', async () => {
    await using lab = new Lab()
    const other = { scan: 'default/probe/other', crawlId: CRAWL_ID + 1 }
    const [mine, theirs] = [tablesOf(3), tablesOf(3, other)]

    const messages = [mine[0]!, theirs[0]!, mine[1]!, theirs[1]!, mine[2]!, endOf({ messages: 3 }), theirs[2]!, endOf({ ...other, messages: 3 })]

    assert.deepEqual(await lab.take(...messages), [0, 0, 0, 0, 0, 1, 1, 8])
    assert.deepEqual(lab.names(), [NAME, edgeFileName(other)].sort())
  })

  test('partitions are committed by themselves', async () => {
    await using lab = new Lab()
    const other = { scan: 'default/probe/other' }

    assert.equal(await lab.collector.handle(batchOf([tableOf()], { partition: 0, offset: 4 })), 4)
    assert.equal(await lab.collector.handle(batchOf([tableOf(other), endOf(other)], { partition: 1, offset: 7 })), 9)
    assert.deepEqual([...lab.collector.positions], [[0, 5], [1, 9]])
  })

  test('a crawl of which nothing arrives any more is over when something else arrives', async () => {
    await using lab = new Lab()
    const other = { scan: 'default/probe/other' }
    await lab.take(tableOf())
    await lab.clock.advance(SILENT_MS)
    assert.deepEqual(await lab.take(tableOf(other)), [0])
    await lab.clock.advance(1)

    assert.deepEqual(await lab.take(endOf(other)), [3])
    assert.deepEqual(lab.outcomes, ['written', 'incomplete'])
  })

  test('a low disk skips files, before and while they are written, and commits', async () => {
    await using lab = new Lab()
    lab.isDiskLow = true
    assert.deepEqual(await lab.take(tableOf(), endOf()), [1, 2])
    lab.isDiskLow = false
    await lab.take(tableOf({ crawlId: CRAWL_ID + 60 }))
    lab.isDiskLow = true
    await lab.collector.handle(batchOf(tablesOf(10_001, { crawlId: CRAWL_ID + 60 }).slice(1), { offset: lab.offset }))

    assert.deepEqual([lab.outcomes, lab.names(), lab.partial()], [['skipped', 'skipped'], [], []])
  })

  test('a folder that is gone fails the crawl and no other', async () => {
    await using lab = new Lab()
    lab.folder[Symbol.dispose]()
    await lab.take(tableOf(), endOf())

    assert.deepEqual([lab.outcomes, lab.files.openCrawls], [['failed'], 0])
  })

  test('however many scans are mentioned, the number of open files is bounded', async () => {
    await using lab = new Lab()
    const scans = Array.from({ length: MAX_OPEN + 3 }, (_, i) => `default/probe/s${String(i)}`)
    await lab.take(...scans.map(scan => tableOf({ scan })))

    assert.deepEqual([lab.files.openCrawls, lab.partial().length, lab.outcomes], [MAX_OPEN, MAX_OPEN, ['incomplete', 'incomplete', 'incomplete']])
    await lab.files[Symbol.asyncDispose]()
    assert.deepEqual([lab.files.openCrawls, lab.partial()], [0, []])
  })
})
