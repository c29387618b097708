// How much room is left where this process writes. A disk that fills up takes everybody's files with it, and SQLite needs
// room to remove anything: so whoever can wait does so before it is full. Crawlers stop at the mark; consumers, which
// make room by storing and removing, only at a quarter of it.
import { statfsSync } from 'node:fs'
import { errorText, ProbeError } from '../errors.ts'
import { isAbort } from '../time/signals.ts'
import { sleep } from '../time/sleep.ts'
import type { Logger } from '../process/logger.ts'
import type { Clock } from '../time/clock.ts'

/** The file system that a folder is on, as a user without special rights may use it. */
export interface DiskSpace {
  freeBytes: number
  totalBytes: number

  /** Files that may still be made; 0 of 0 where the file system has no such limit. */
  freeFiles: number
  totalFiles: number
}

/** Below which room a disk counts as nearly full: where both say so. */
export interface DiskMarks {
  minFreeBytes: number

  /** Share of the whole, 0 to 1. */
  minFreeShare: number
}

/** What a process writes to a folder. */
export type DiskUse = 'bus' | 'store' | 'dumps' | 'state'

/** The clock, the log and, where a test gives one, the reading of a disk. */
export interface DiskWatchDeps {
  clock: Clock
  log: Logger

  /** @default the system's own figures */
  read?: (folder: string) => DiskSpace
}

/** Why a process waits. */
export interface DiskProblem {
  code: 'PP_DISK_LOW'
  message: string
  sinceMs: number
}

interface Place {
  use: DiskUse
  folder: string
  isUnreadable: boolean
  space?: DiskSpace
  low?: DiskProblem | undefined
  critical?: DiskProblem | undefined
}

const CHECK_MS = 2_000

// As many files as a run makes in a day, and more.
const MIN_FREE_FILES = 1_000

// A crawler that goes on at the mark would stop again at once.
const RESUME_FACTOR = 1.5
const CRITICAL_FACTOR = 0.25

/** Watches the disks of one process. */
export class DiskWatch {
  readonly #deps: Required<DiskWatchDeps>
  readonly #marks: DiskMarks
  readonly #places: Place[]
  #room: PromiseWithResolvers<undefined> | undefined

  /** Looks for the first time. */
  constructor ({ read = readDisk, ...deps }: DiskWatchDeps, folders: Partial<Record<DiskUse, string>>, marks: DiskMarks) {
    this.#deps = { ...deps, read }
    this.#marks = marks
    this.#places = (Object.entries(folders) as [DiskUse, string][]).map(([use, folder]) => ({ use, folder, isUnreadable: false }))
    this.#look()
  }

  /** What is free for each use. */
  get spaces (): ReadonlyMap<DiskUse, DiskSpace> {
    return new Map(this.#places.flatMap(({ use, space }) => space === undefined ? [] : [[use, space]]))
  }

  /** The first use whose disk is below the mark. */
  get problem (): DiskProblem | undefined {
    return this.#places.find(({ low }) => low !== undefined)?.low
  }

  /** Whether a use's disk is below the mark: who can wait, waits. */
  low (use: DiskUse): DiskProblem | undefined {
    return this.#places.find(place => place.use === use)?.low
  }

  /** Whether a use's disk is below a quarter of the mark: nothing but removals should write. */
  critical (use: DiskUse): DiskProblem | undefined {
    return this.#places.find(place => place.use === use)?.critical
  }

  /** Undefined while the message log's disk has room; otherwise resolves when it has. */
  room (): Promise<undefined> | undefined {
    if (this.low('bus') === undefined) {
      return undefined
    }

    return (this.#room ??= Promise.withResolvers<undefined>()).promise
  }

  /** Looks every two seconds until `signal` aborts. */
  async run (signal: AbortSignal): Promise<void> {
    try {
      for (;;) {
        await sleep(this.#deps.clock, CHECK_MS, signal)
        this.#look()
      }
    } catch (err) {
      if (!isAbort(err)) {
        throw err
      }
    }
  }

  #look (): void {
    this.#places.forEach((place) => {
      this.#lookAt(place)
    })

    if (this.low('bus') === undefined) {
      this.#room?.resolve(undefined)
      this.#room = undefined
    }
  }

  #lookAt (place: Place): void {
    const { log, read } = this.#deps
    const { use, folder } = place

    try {
      place.space = read(folder)
      place.isUnreadable = false
    } catch (err) {
      // Whoever writes there meets the same fault, and says so.
      if (!place.isUnreadable) {
        log.warn({ use, path: folder, reason: errorText(err) }, 'the free space of a disk cannot be read')
      }
      place.isUnreadable = true
      return
    }

    const wasLow = place.low !== undefined
    place.low = this.#judge(place, place.space, { factor: 1, before: place.low })
    place.critical = this.#judge(place, place.space, { factor: CRITICAL_FACTOR, before: place.critical })

    if (place.low !== undefined && !wasLow) {
      log.error({ use, path: folder, ...place.space, reason: place.low.message }, 'disk nearly full')
    } else if (wasLow && place.low === undefined) {
      log.info({ use, path: folder, ...place.space }, 'disk has room again')
    }
  }

  // What is low stays so until there is half as much again: free space goes up and down.
  #judge ({ use, folder }: Place, space: DiskSpace, { factor, before }: { factor: number, before: DiskProblem | undefined }): DiskProblem | undefined {
    const scale = factor * (before === undefined ? 1 : RESUME_FACTOR)
    const bytes = Math.min(this.#marks.minFreeBytes, this.#marks.minFreeShare * space.totalBytes)
    const files = Math.min(MIN_FREE_FILES, this.#marks.minFreeShare * space.totalFiles)
    const [what, free, mark] = space.freeBytes < bytes * scale ? ['bytes', space.freeBytes, bytes] : ['files', space.freeFiles, files]

    if (free >= mark * scale) {
      return undefined
    }

    const message = `the disk of ${folder} (${use}) has room for ${String(free)} ${what} more, less than ${String(Math.ceil(mark * factor))}: make room there`

    return { code: 'PP_DISK_LOW', message, sinceMs: before?.sinceMs ?? this.#deps.clock.now() }
  }
}

/** A refusal to write more. @throws ProbeError `PP_DISK_LOW` when there is a problem */
export function refuseWhere (problem: DiskProblem | undefined): void {
  if (problem !== undefined) {
    throw new ProbeError('PP_DISK_LOW', problem.message)
  }
}

/** The figures of the system. @throws Error of the system where the folder is not there */
export function readDisk (folder: string): DiskSpace {
  const { bavail, blocks, bsize, ffree, files } = statfsSync(folder)

  return { freeBytes: bavail * bsize, totalBytes: blocks * bsize, freeFiles: ffree, totalFiles: files }
}
