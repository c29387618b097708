// Free space on the disks that this process writes to. A full disk breaks every program that uses it, and SQLite needs
// space even to remove rows. So processes wait before it is full: crawlers at the mark, consumers, which free space by
// storing and removing, only at a quarter of it.
import { statfsSync } from 'node:fs'
import { errorText, ProbeError } from '../errors.ts'
import { isAbort } from '../time/signals.ts'
import { sleep } from '../time/sleep.ts'
import type { Logger } from '../process/logger.ts'
import type { Clock } from '../time/clock.ts'

/** The space of a folder's file system that an unprivileged user can use. */
export interface DiskSpace {
  freeBytes: number
  totalBytes: number

  /** Files that can still be created; 0 of 0 where the file system has no such limit. */
  freeFiles: number
  totalFiles: number
}

/** The mark below which a disk counts as nearly full: both values must be undercut. */
export interface DiskMarks {
  minFreeBytes: number

  /** Share of the disk, from 0 to 1. */
  minFreeShare: number
}

/** Purpose of a folder. */
export type DiskUse = 'bus' | 'store' | 'dumps' | 'state'

/** Dependencies of a disk watch. */
export interface DiskWatchDeps {
  clock: Clock
  log: Logger

  /** Reads the free space of a folder's disk. @default from the system */
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

// More files than a run creates in a day.
const MIN_FREE_FILES = 1_000

// Hysteresis: a crawler that continued at the mark would stop again at once.
const RESUME_FACTOR = 1.5
const CRITICAL_FACTOR = 0.25

/** Watches the disks of one process. */
export class DiskWatch {
  readonly #deps: Required<DiskWatchDeps>
  readonly #marks: DiskMarks
  readonly #places: Place[]
  #room: PromiseWithResolvers<undefined> | undefined

  /** Reads the disks for the first time. */
  constructor ({ read = readDisk, ...deps }: DiskWatchDeps, folders: Partial<Record<DiskUse, string>>, marks: DiskMarks) {
    this.#deps = { ...deps, read }
    this.#marks = marks
    this.#places = (Object.entries(folders) as [DiskUse, string][]).map(([use, folder]) => ({ use, folder, isUnreadable: false }))
    this.#look()
  }

  /** Free space for each use. */
  get spaces (): ReadonlyMap<DiskUse, DiskSpace> {
    return new Map(this.#places.flatMap(({ use, space }) => space === undefined ? [] : [[use, space]]))
  }

  /** The first use whose disk is below the mark. */
  get problem (): DiskProblem | undefined {
    return this.#places.find(({ low }) => low !== undefined)?.low
  }

  /** The problem of a use's disk below the mark: crawls wait. */
  low (use: DiskUse): DiskProblem | undefined {
    return this.#places.find(place => place.use === use)?.low
  }

  /** The problem of a use's disk below a quarter of the mark: only removals should write. */
  critical (use: DiskUse): DiskProblem | undefined {
    return this.#places.find(place => place.use === use)?.critical
  }

  /** Undefined while the message log's disk is not low; otherwise resolves when it no longer is. */
  room (): Promise<undefined> | undefined {
    if (this.low('bus') === undefined) {
      return undefined
    }

    return (this.#room ??= Promise.withResolvers<undefined>()).promise
  }

  /** Reads the disks every two seconds until `signal` aborts. */
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
      // Every writer there gets the same error and reports it.
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

  // A low disk stays low until it has one and a half times the mark: free space fluctuates.
  #judge ({ use, folder }: Place, space: DiskSpace, { factor, before }: { factor: number, before: DiskProblem | undefined }): DiskProblem | undefined {
    const scale = factor * (before === undefined ? 1 : RESUME_FACTOR)
    const bytes = Math.min(this.#marks.minFreeBytes, this.#marks.minFreeShare * space.totalBytes)
    const files = Math.min(MIN_FREE_FILES, this.#marks.minFreeShare * space.totalFiles)
    const [what, free, mark] = space.freeBytes < bytes * scale ? ['bytes', space.freeBytes, bytes] : ['files', space.freeFiles, files]

    if (free >= mark * scale) {
      return undefined
    }

    const why = `the disk of ${folder} (${use}) has room for ${String(free)} ${what} more, less than ${String(Math.ceil(mark * factor))}`
    const message = `${why}: make room there, or give it a larger volume`

    return { code: 'PP_DISK_LOW', message, sinceMs: before?.sinceMs ?? this.#deps.clock.now() }
  }
}

/** A refusal to write more. @throws ProbeError `PP_DISK_LOW` when there is a problem */
export function refuseWhere (problem: DiskProblem | undefined): void {
  if (problem !== undefined) {
    throw new ProbeError('PP_DISK_LOW', problem.message)
  }
}

/** The free space that the system reports. @throws Error of the system, such as ENOENT */
export function readDisk (folder: string): DiskSpace {
  const { bavail, blocks, bsize, ffree, files } = statfsSync(folder)

  return { freeBytes: bavail * bsize, totalBytes: blocks * bsize, freeFiles: ffree, totalFiles: files }
}
