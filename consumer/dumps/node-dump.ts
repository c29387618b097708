// A dump is a query on the store, not a copy of the stream: it keeps no state, and a message that is delivered
// twice is in it once. It contains the peers whose row was written since the previous dump of its format (or all),
// even when their visit was delivered late.
import { setImmediate as nextTurn } from 'node:timers/promises'
import { isProbeError } from '../../core/errors.ts'
import { RECORD_FORMATS } from '../records/formats/record-format.ts'
import { dumpCompression, dumpFileName, dumpTimeOf } from './dump-file.ts'
import { readManifest, writeManifest } from './dump-manifest.ts'
import { nodeRecord } from './node-record.ts'
import type { Logger } from '../../core/process/logger.ts'
import type { Clock } from '../../core/time/clock.ts'
import type { RecordFormatName } from '../records/formats/record-format.ts'
import type { StoredRecord } from '../records/record-column.ts'
import type { NodeRecord, NodeStore, StoreSnapshot } from '../store/model/node-store.ts'
import type { DumpFolder } from './dump-folder.ts'
import type { DumpEntry, DumpManifest } from './dump-manifest.ts'

export interface NodeDumpDeps {
  store: Pick<NodeStore, 'snapshot'>
  folder: DumpFolder
  clock: Clock
  log: Logger

  /** Whether the folder's disk is below its mark: then no dump is written. @default never */
  isDiskLow?: () => boolean
}

/** Settings of the dumps. */
export interface NodeDumpOptions {
  format: RecordFormatName

  /** Whether each dump contains all nodes instead of those written since the last dump of its format. */
  full: boolean

  /** Files older than this are removed, in milliseconds, except the newest. */
  keepMs: number
}

/** Result of a dump: `unchanged` when no peer was written since the last one of its format, `skipped` when the disk is nearly full. */
export type DumpResult = { outcome: 'written', entry: DumpEntry } | { outcome: 'unchanged' } | { outcome: 'skipped' }

/** Bytes that a dump leaves free on the disk. */
export const MIN_FREE_BYTES = 268_435_456

const PAGE_ROWS = 200

// A transaction sets `changed_at` when it begins and is visible when it commits. No transaction takes as long as this.
const OVERLAP_MS = 10_000

interface ConsumerCounters { count: number, minLastSeen: string | null, maxLastSeen: string | null }

/** Writes dumps of the peers. */
export class NodeDump {
  readonly #deps: NodeDumpDeps
  readonly #options: NodeDumpOptions

  constructor (deps: NodeDumpDeps, options: NodeDumpOptions) {
    this.#deps = deps
    this.#options = options
  }

  /**
   * Writes one dump, and removes old files.
   *
   * @throws ProbeError `PP_DUMP_FAILED`, and errors of the store
   */
  async dump (signal: AbortSignal): Promise<DumpResult> {
    const { folder, clock } = this.#deps
    await folder.removeStale(clock.now())
    const manifest = await this.#removeOld(await this.#readManifest())
    // The first dump of a format contains all peers: who reads files of one format misses none.
    const last = manifest.dumps.findLast(({ format }) => format === this.#options.format)

    if (await this.#isNearlyFull(last ?? manifest.dumps.at(-1))) {
      return { outcome: 'skipped' }
    }

    // Read before the snapshot, so that no row is missed between two dumps.
    const takenAtMs = clock.now()
    await using snapshot = await this.#deps.store.snapshot()
    const sinceMs = last === undefined ? undefined : Date.parse(last.takenAt) - OVERLAP_MS

    if (sinceMs !== undefined && !await hasChanges(snapshot, sinceMs)) {
      return { outcome: 'unchanged' }
    }

    const entry = await this.#write(snapshot, { takenAtMs, sinceMs: this.#options.full ? undefined : sinceMs }, signal)
    await writeManifest(folder, { version: 1, dumps: [...manifest.dumps, entry] })

    return { outcome: 'written', entry }
  }

  // A damaged manifest must not end all dumps: the next dump is a full one and begins a new manifest.
  async #readManifest (): Promise<DumpManifest> {
    try {
      return await readManifest(this.#deps.folder) ?? { version: 1, dumps: [] }
    } catch (err) {
      if (!isProbeError(err, 'PP_DUMP_FAILED')) {
        throw err
      }

      this.#deps.log.warn({ err }, 'dump manifest unreadable, beginning a new one')
      return { version: 1, dumps: [] }
    }
  }

  async #isNearlyFull (last: DumpEntry | undefined): Promise<boolean> {
    const freeBytes = await this.#deps.folder.free()
    const neededBytes = MIN_FREE_BYTES + 2 * (last?.bytes ?? 0)

    const isLow = freeBytes < neededBytes || this.#deps.isDiskLow?.() === true

    if (isLow) {
      this.#deps.log.warn({ freeBytes, neededBytes, folder: this.#deps.folder.path }, 'disk nearly full, dump skipped')
    }

    return isLow
  }

  async #write (snapshot: StoreSnapshot, { takenAtMs, sinceMs }: { takenAtMs: number, sinceMs: number | undefined }, signal: AbortSignal): Promise<DumpEntry> {
    const takenAt = new Date(takenAtMs).toISOString()
    const { format } = this.#options
    const file = dumpFileName(takenAt, format)
    const compression = dumpCompression(format)
    const tally: ConsumerCounters = { count: 0, minLastSeen: null, maxLastSeen: null }
    const chunks = RECORD_FORMATS[format].chunks('nodes', batchesOf(snapshot, sinceMs, tally))
    const written = await this.#deps.folder.writeChunks(file, { chunks, compression }, signal)

    return {
      file,
      format,
      compression,
      schemaVersion: snapshot.schemaVersion,
      takenAt,
      full: sinceMs === undefined,
      changedSince: sinceMs === undefined ? null : new Date(sinceMs).toISOString(),
      ...tally,
      ...written
    }
  }

  // The manifest drops a file before the file is removed: the manifest lists existing files only.
  async #removeOld ({ dumps }: DumpManifest): Promise<DumpManifest> {
    const { folder, clock } = this.#deps
    const before = clock.now() - this.#options.keepMs
    const kept = dumps.filter(({ takenAt }, i) => i === dumps.length - 1 || Date.parse(takenAt) >= before)

    if (kept.length < dumps.length) {
      await writeManifest(folder, { version: 1, dumps: kept })
    }

    const named = new Set(kept.map(({ file }) => file))
    await folder.remove((await folder.list()).filter(name => !named.has(name) && (dumpTimeOf(name) ?? Infinity) < before))

    return { version: 1, dumps: kept }
  }
}

async function hasChanges (snapshot: StoreSnapshot, sinceMs: number): Promise<boolean> {
  for (let after: string | undefined; ;) {
    const { nodes, next } = await snapshot.nodes({ after, limit: PAGE_ROWS, changedSinceMs: sinceMs })

    if (nodes.length > 0 || next === undefined) {
      return nodes.length > 0
    }

    after = next
    await nextTurn()
  }
}

async function* batchesOf (snapshot: StoreSnapshot, changedSinceMs: number | undefined, tally: ConsumerCounters): AsyncIterable<readonly StoredRecord[]> {
  for (let after: string | undefined; ;) {
    const { nodes, next } = await snapshot.nodes({ after, limit: PAGE_ROWS, changedSinceMs })

    for (const node of nodes) {
      count(tally, node)
    }

    yield nodes.map(nodeRecord)

    if (next === undefined) {
      return
    }

    after = next
    await nextTurn()
  }
}

function count (tally: ConsumerCounters, { lastSeen }: NodeRecord): void {
  tally.count++
  tally.minLastSeen = tally.minLastSeen === null || lastSeen < tally.minLastSeen ? lastSeen : tally.minLastSeen
  tally.maxLastSeen = tally.maxLastSeen === null || lastSeen > tally.maxLastSeen ? lastSeen : tally.maxLastSeen
}
