// The folder of place files, looked at every ten seconds, so that new files are used without a restart. A file is read once two looks
// found it in the same state: a copy in progress changes all the time, and a folder whose links are swapped (that of a ConfigMap) is
// complete at once. While a file cannot be used, the last usable one of its name stays in use.
import { errorText, isProbeError, ProbeError } from '../../core/errors.ts'
import { isAbort } from '../../core/time/signals.ts'
import { sleep } from '../../core/time/sleep.ts'
import { PLACE_KINDS, PlaceFile } from './place-file.ts'
import { placeOf, sourceOf } from './place-lookup.ts'
import { ABSENT, listPlaceFiles, PLACE_FILE_LIMITS, readPlaceFile } from './place-storage.ts'
import type { Place } from '../../core/contracts/place.ts'
import type { Logger } from '../../core/process/logger.ts'
import type { Clock } from '../../core/time/clock.ts'
import type { VisitConnection } from '../dial/session.ts'
import type { PlaceKind } from './place-file.ts'
import type { FileState } from './place-storage.ts'

const LOOK_MS = 10_000

/** Dependencies of the folder. */
export interface PlacesFolderDeps {
  clock: Clock
  log: Pick<Logger, 'info' | 'warn'>

  /** Limits of the files. @default PLACE_FILE_LIMITS */
  limits?: Record<keyof typeof PLACE_FILE_LIMITS, number>
}

/** A file or folder that cannot be used. */
export interface PlaceRefusal {
  /** Name of the file; absent for the folder. */
  name?: string

  code: 'PP_PLACES_INVALID'
  message: string
}

/** The files in use and those that cannot be used. */
export interface PlacesStatus {
  files: readonly Pick<PlaceFile, 'name' | 'type' | 'builtAtMs' | 'kinds'>[]
  refused: readonly PlaceRefusal[]

  /** Look-ups since the start that found a damaged record. */
  damagedLookups: number
}

interface KnownFile {
  /** As the last look found it. */
  seen: FileState

  /** The state that was read last, usable or not. */
  read?: FileState

  /** The last usable content. */
  used?: PlaceFile

  refusal?: PlaceRefusal
}

/** The place files of a folder. */
export class PlacesFolder {
  readonly #folder: string
  readonly #deps: Required<PlacesFolderDeps>
  readonly #known = new Map<string, KnownFile>()
  #folderRefusal: PlaceRefusal | undefined
  #files: readonly PlaceFile[] = []
  #damagedLookups = 0
  #isFirstLook = true

  private constructor (folder: string, { limits = PLACE_FILE_LIMITS, ...deps }: PlacesFolderDeps) {
    this.#folder = folder
    this.#deps = { ...deps, limits }
  }

  /** Reads the files that are there. What cannot be used is logged, and part of the status. */
  static async open (folder: string, deps: PlacesFolderDeps): Promise<PlacesFolder> {
    const places = new PlacesFolder(folder, deps)
    await places.look()

    return places
  }

  /** The place of a connection's remote address; undefined where there is nothing to look up. */
  placeOf (connection: Pick<VisitConnection, 'address' | 'transport'>): Place | undefined {
    return placeOf(connection, { files: this.#files, onDamage: this.#onDamage })
  }

  status (): PlacesStatus {
    const refused = [this.#folderRefusal, ...[...this.#known.values()].map(({ refusal }) => refusal)].filter(refusal => refusal !== undefined)

    return { files: this.#files, refused, damagedLookups: this.#damagedLookups }
  }

  /** When the files of each kind were built: of several, the largest counts. Kinds without a file are left out. */
  builtAtMs (): Map<PlaceKind, number> {
    return new Map(PLACE_KINDS.flatMap((kind) => {
      const largest = this.#files.filter(({ kinds }) => kinds.has(kind)).sort((a, b) => b.bytes - a.bytes)[0]

      return largest === undefined ? [] : [[kind, largest.builtAtMs]]
    }))
  }

  /** Looks at the folder until `signal` aborts. */
  async run (signal: AbortSignal): Promise<void> {
    try {
      for (;;) {
        await sleep(this.#deps.clock, LOOK_MS, signal)
        await this.look()
      }
    } catch (err) {
      if (!isAbort(err)) {
        throw err
      }
    }
  }

  /** Looks at the folder once. */
  async look (): Promise<void> {
    const states = await this.#list()

    for (const name of new Set([...this.#known.keys(), ...states?.keys() ?? []])) {
      await this.#lookAt(name, states?.get(name) ?? ABSENT)
    }

    this.#files = [...this.#known].sort(([a], [b]) => a < b ? -1 : 1).flatMap(([, { used }]) => used ?? [])
    this.#isFirstLook = false
  }

  async #list (): Promise<Map<string, FileState> | undefined> {
    try {
      const states = await listPlaceFiles(this.#folder)
      this.#setFolderRefusal(states.size > 0 ? undefined : 'the folder of place files has no file whose name ends with .mmdb')

      return states
    } catch (err) {
      this.#setFolderRefusal(errorText(err))

      return undefined
    }
  }

  #setFolderRefusal (message: string | undefined): void {
    if (message !== undefined && message !== this.#folderRefusal?.message) {
      this.#deps.log.warn({ code: 'PP_PLACES_INVALID', path: this.#folder, reason: message }, 'place files cannot be used')
    }
    this.#folderRefusal = message === undefined ? undefined : { code: 'PP_PLACES_INVALID', message }
  }

  async #lookAt (name: string, state: FileState): Promise<void> {
    const file = this.#known.get(name) ?? { seen: state }
    const isSettled = this.#isFirstLook || (this.#known.has(name) && file.seen === state)
    file.seen = state
    this.#known.set(name, file)

    if (!isSettled || file.read === state) {
      return
    }
    if (state === ABSENT) {
      this.#known.delete(name)
      this.#deps.log.info({ path: name }, 'place file is gone')
    } else {
      await this.#read(name, file)
    }
  }

  async #read (name: string, file: KnownFile): Promise<void> {
    try {
      const content = await readPlaceFile(this.#folder, name, { state: file.seen, maxBytes: this.#roomFor(name) })

      if (content === undefined) {
        return // it has changed since: the next looks decide
      }

      file.used = new PlaceFile(name, content)
      file.read = file.seen
      delete file.refusal
      this.#deps.log.info({ path: name, source: sourceOf(file.used), kinds: [...file.used.kinds] }, 'place file in use')
    } catch (err) {
      if (!isProbeError(err, 'PP_PLACES_INVALID')) {
        throw err
      }
      this.#refuse(name, file, err)
    }
  }

  #refuse (name: string, file: KnownFile, err: ProbeError<'PP_PLACES_INVALID'>): void {
    file.read = file.seen
    file.refusal = { name, code: err.code, message: err.message }
    this.#deps.log.warn({ code: err.code, path: name, reason: err.message, stillInUse: file.used === undefined ? undefined : sourceOf(file.used) }, 'place file cannot be used')
  }

  /** @throws ProbeError `PP_PLACES_INVALID` if there are too many files */
  #roomFor (name: string): number {
    const { files, fileBytes, totalBytes } = this.#deps.limits
    const others = [...this.#known].filter(([other, { used }]) => other !== name && used !== undefined)

    if (others.length >= files) {
      throw new ProbeError('PP_PLACES_INVALID', `${name} is not used: ${String(files)} files are in use already`)
    }

    return Math.min(fileBytes, totalBytes - others.reduce((sum, [, { used }]) => sum + (used?.bytes ?? 0), 0))
  }

  readonly #onDamage = (): void => {
    this.#damagedLookups++
  }
}
