// A SQLite store and a folder of its dumps, for tests.
import assert from 'node:assert/strict'
import { pino } from 'pino'
import { DumpFolder } from '../../../consumer/dumps/dump-folder.ts'
import { readManifest } from '../../../consumer/dumps/dump-manifest.ts'
import { RecordDump } from '../../../consumer/dumps/record-dump.ts'
import { deriveSessions } from '../../../consumer/jobs/sessions/derive-sessions.ts'
import { SqliteStore } from '../../../consumer/store/sqlite/sqlite-store.ts'
import { DUMP_CONTENTS } from '../../../core/contracts/dump-content.ts'
import { systemClock } from '../../../core/time/clock.ts'
import { FakeClock } from '../fake-clock.ts'
import { TempFolder } from '../temp-folder.ts'
import { readWithDuckdb } from './duckdb-reader.ts'
import { allRecords } from './stored-records.ts'
import type { DumpEntry } from '../../../consumer/dumps/dump-manifest.ts'
import type { DumpResult, RecordDumpOptions } from '../../../consumer/dumps/record-dump.ts'
import type { StoredRecord } from '../../../consumer/records/record-column.ts'
import type { NodeStore, StoreBatch } from '../../../consumer/store/model/node-store.ts'
import type { DumpContent } from '../../../core/contracts/dump-content.ts'

const SILENT = pino({ level: 'silent' })
const { signal } = new AbortController()

const MINUTE = 60_000

/** What a rig keeps files for, in milliseconds. */
export const KEEP_MS = 60 * MINUTE

/** Derives the sessions of a store, whose clock may stand still. */
export async function deriveAll (store: Pick<NodeStore, 'deriveSessions'>): Promise<void> {
  await deriveSessions({ store, clock: systemClock, log: SILENT }, { keepMs: Date.now(), isGentle: false }, signal)
}

/** The records of the file of a dump, read by a program that shares no code with the writer. */
export async function recordsIn (folder: Pick<DumpFolder, 'path'>, result: DumpResult | undefined): Promise<StoredRecord[]> {
  assert.ok(result?.outcome === 'written', JSON.stringify(result))

  return await readWithDuckdb(`${folder.path}/${result.entry.file}`, result.entry.content, result.entry.format)
}

/** {@inheritDoc DumpRig.open} */
export class DumpRig implements AsyncDisposable {
  readonly clock: FakeClock
  readonly store: SqliteStore
  readonly folder: DumpFolder
  readonly #temp: TempFolder

  private constructor (clock: FakeClock, store: SqliteStore, folder: DumpFolder, temp: TempFolder) {
    this.clock = clock
    this.store = store
    this.folder = folder
    this.#temp = temp
  }

  /** Opens an empty store and an empty folder. */
  static async open (): Promise<DumpRig> {
    const temp = new TempFolder()
    const clock = new FakeClock()
    const store = await SqliteStore.open({ clock }, { path: temp.file('store.db'), coalesceWindowMs: 0 })
    await store.migrate()

    return new DumpRig(clock, store, await DumpFolder.open(temp.file('dumps')), temp)
  }

  /** Writes a dump of all contents in NDJSON, unless `options` say otherwise. */
  async dump (content: DumpContent, options: Partial<RecordDumpOptions> = {}): Promise<DumpResult> {
    const { store, folder, clock } = this

    return await new RecordDump({ store, folder, clock, log: SILENT }, { contents: DUMP_CONTENTS, format: 'NDJSON', full: false, keepMs: KEEP_MS, ...options }).dump(content, signal)
  }

  /** Stores a batch, longer after all that was done before, and longer before all that follows, than dumps overlap. */
  async write (batch: Partial<StoreBatch>): Promise<void> {
    await this.clock.advance(2 * MINUTE)
    await this.store.write({ visits: [], crawls: [], ...batch })
    await this.clock.advance(2 * MINUTE)
  }

  /** All records of a content as the store has them. */
  async stored (content: DumpContent): Promise<StoredRecord[]> {
    await using snapshot = await this.store.snapshot()

    return await allRecords(snapshot, content)
  }

  /** The files that the manifest lists. */
  async listed (): Promise<readonly DumpEntry[]> {
    return (await readManifest(this.folder))?.dumps ?? []
  }

  async [Symbol.asyncDispose] (): Promise<void> {
    await this.store[Symbol.asyncDispose]()
    this.#temp[Symbol.dispose]()
  }
}
