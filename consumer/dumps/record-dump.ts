// A dump is a query on the store, not a copy of the stream: it keeps no state, and a message that is delivered
// twice is in it once. It contains the records whose row was written since the previous dump of its content and format
// (or all), even when their visit was delivered late.
import { isProbeError } from '../../core/errors.ts'
import { RECORD_FORMATS } from '../records/formats/record-format.ts'
import { RECORD_KINDS } from '../records/record-kinds.ts'
import { dumpCompression, dumpFileName, dumpFileOf } from './dump-file.ts'
import { readManifest, writeManifest } from './dump-manifest.ts'
import { selectRecords } from './dump-selection.ts'
import type { DumpContent } from '../../core/contracts/dump-content.ts'
import type { Logger } from '../../core/process/logger.ts'
import type { Clock } from '../../core/time/clock.ts'
import type { RecordFormatName } from '../records/formats/record-format.ts'
import type { StoredRecord } from '../records/record-column.ts'
import type { NodeStore } from '../store/model/node-store.ts'
import type { DumpFolder } from './dump-folder.ts'
import type { DumpEntry } from './dump-manifest.ts'
import type { DumpSelection } from './dump-selection.ts'

export interface RecordDumpDeps {
  store: Pick<NodeStore, 'snapshot'>
  folder: DumpFolder
  clock: Clock
  log: Logger

  /** Whether the folder's disk is below its mark: then no dump is written. @default never */
  isDiskLow?: () => boolean
}

/** Settings of the dumps. */
export interface RecordDumpOptions {
  /** What is dumped, each in a file of its own. */
  contents: readonly DumpContent[]

  format: RecordFormatName

  /** Whether each dump contains all records instead of those written since the last dump of its content and format. */
  full: boolean

  /** Files older than this are removed, in milliseconds, except the newest of each content in the format. */
  keepMs: number

  /** Bytes that a dump leaves free on the disk. @default 268,435,456 */
  minFreeBytes?: number
}

/** Result of a dump: `unchanged` when nothing was written since the last one of its content and format, `skipped` when the disk is nearly full. */
export type DumpResult = { outcome: 'written', entry: DumpEntry } | { outcome: 'unchanged' } | { outcome: 'skipped' }

/** Bytes that a dump leaves free on the disk. */
export const MIN_FREE_BYTES = 268_435_456

/** Writes dumps of the records. */
export class RecordDump {
  readonly #deps: RecordDumpDeps
  readonly #options: Required<RecordDumpOptions>

  constructor (deps: RecordDumpDeps, options: RecordDumpOptions) {
    this.#deps = deps
    this.#options = { minFreeBytes: MIN_FREE_BYTES, ...options }
  }

  /** What is dumped. */
  get contents (): readonly DumpContent[] {
    return this.#options.contents
  }

  /**
   * Writes one dump, and removes old files.
   *
   * @throws ProbeError `PP_DUMP_FAILED`, and errors of the store
   */
  async dump (content: DumpContent, signal: AbortSignal): Promise<DumpResult> {
    const { folder, clock } = this.#deps
    const { format, full } = this.#options
    await folder.removeStale(clock.now())
    const dumps = await this.#removeOld(await this.#readManifest())
    // The first dump of a content and format contains all records: who reads files of one format misses none.
    const last = dumps.findLast(isOf(content, format))

    if (await this.#isNearlyFull(last ?? dumps.findLast(entry => entry.content === content))) {
      return { outcome: 'skipped' }
    }

    // Read before the snapshot, so that no row is missed between two dumps.
    const takenAtMs = clock.now()
    await using snapshot = await this.#deps.store.snapshot()
    const selection = await selectRecords(snapshot, content, { last, full })

    if (selection === undefined) {
      return { outcome: 'unchanged' }
    }

    const head = { content, schemaVersion: snapshot.schemaVersion, takenAt: new Date(takenAtMs).toISOString() }
    const entry = await this.#write(head, selection, signal)
    await this.#list([...dumps, entry])

    return { outcome: 'written', entry }
  }

  // A damaged manifest must not end all dumps: the next dump is a full one and begins a new manifest.
  async #readManifest (): Promise<readonly DumpEntry[]> {
    try {
      return (await readManifest(this.#deps.folder))?.dumps ?? []
    } catch (err) {
      if (!isProbeError(err, 'PP_DUMP_FAILED')) {
        throw err
      }

      this.#deps.log.warn({ err }, 'dump manifest unreadable, beginning a new one')
      return []
    }
  }

  async #isNearlyFull (last: DumpEntry | undefined): Promise<boolean> {
    const freeBytes = await this.#deps.folder.free()
    const neededBytes = this.#options.minFreeBytes + 2 * (last?.bytes ?? 0)

    const isLow = freeBytes < neededBytes || this.#deps.isDiskLow?.() === true

    if (isLow) {
      this.#deps.log.warn({ freeBytes, neededBytes, folder: this.#deps.folder.path }, 'disk nearly full, dump skipped')
    }

    return isLow
  }

  async #write ({ content, schemaVersion, takenAt }: Pick<DumpEntry, 'content' | 'schemaVersion' | 'takenAt'>, { changedSinceMs, generation, batches }: DumpSelection, signal: AbortSignal): Promise<DumpEntry> {
    const { format, minFreeBytes } = this.#options
    const file = dumpFileName(content, takenAt, format)
    const compression = dumpCompression(format)
    const tally: Tally = { count: 0, minTime: null, maxTime: null }
    const chunks = RECORD_FORMATS[format].chunks(content, counted(batches, RECORD_KINDS[content].time, tally))
    const written = await this.#deps.folder.writeChunks(file, { chunks, compression, minFreeBytes }, signal)

    return {
      file,
      content,
      format,
      compression,
      schemaVersion,
      takenAt,
      full: changedSinceMs === undefined,
      changedSince: changedSinceMs === undefined ? null : new Date(changedSinceMs).toISOString(),
      ...tally,
      generation,
      ...written
    }
  }

  // A file that could not be listed is not left under its name: it would look like a dump that readers may use.
  async #list (dumps: readonly DumpEntry[]): Promise<void> {
    try {
      await writeManifest(this.#deps.folder, dumps)
    } catch (err) {
      await this.#deps.folder.remove(dumps.slice(-1).map(({ file }) => file))
      throw err
    }
  }

  // The manifest drops a file before the file is removed: the manifest lists existing files only.
  async #removeOld (dumps: readonly DumpEntry[]): Promise<readonly DumpEntry[]> {
    const { folder, clock } = this.#deps
    const { contents, format, keepMs } = this.#options
    const before = clock.now() - keepMs
    const newest = new Set(contents.map(content => dumps.findLast(isOf(content, format))))
    const kept = dumps.filter(entry => newest.has(entry) || Date.parse(entry.takenAt) >= before)

    if (kept.length < dumps.length) {
      await writeManifest(folder, kept)
    }

    const named = new Set(kept.map(({ file }) => file))
    await folder.remove((await folder.list()).filter(name => !named.has(name) && (dumpFileOf(name)?.takenAtMs ?? Infinity) < before))

    return kept
  }
}

function isOf (content: DumpContent, format: RecordFormatName): (entry: DumpEntry) => boolean {
  return entry => entry.content === content && entry.format === format
}

type Tally = Pick<DumpEntry, 'count' | 'minTime' | 'maxTime'>

async function* counted (batches: AsyncIterable<readonly StoredRecord[]>, timeColumn: string, tally: Tally): AsyncIterable<readonly StoredRecord[]> {
  for await (const records of batches) {
    for (const record of records) {
      count(tally, String(record[timeColumn]))
    }

    yield records
  }
}

function count (tally: Tally, time: string): void {
  tally.count++
  tally.minTime = tally.minTime === null || time < tally.minTime ? time : tally.minTime
  tally.maxTime = tally.maxTime === null || time > tally.maxTime ? time : tally.maxTime
}
