import { existsSync, lstatSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'
import { errorText, ProbeError } from '../../core/errors.ts'
import { PRIVATE_FOLDER } from '../../core/files/private-file.ts'
import { FolderLock } from './folder-lock.ts'

/** Where one run keeps its files. */
export interface DataFolder extends Disposable {
  /** The folder itself, absolute. */
  path: string

  /** The database that people query. */
  databasePath: string

  /** The embedded message log. */
  busPath: string

  /** Dump files. */
  dumpFolder: string

  /** Configuration files of the processes. */
  configFolder: string

  /** What the processes print. */
  logFolder: string

  /** What the crawlers find again after a restart. */
  stateFolder: string

  /**
   * Makes a folder for this user alone, outside of the run's own, that is removed at the end of the run; or, when the run
   * is killed, by the next run in this folder (and by the system, as everything in the folder for temporary files).
   */
  makePrivateFolder: () => string
}

/** Settings of {@link openDataFolder}. */
export interface DataFolderOptions {
  /** Forget what an earlier practice network's run left there: its peers are gone. */
  empty: boolean
}

const FILES = ['peerprobe.sqlite', 'bus.sqlite'].flatMap(file => [file, `${file}-wal`, `${file}-shm`])
const FOLDERS = { dumpFolder: 'dumps', configFolder: 'config', logFolder: 'logs', stateFolder: 'state' } as const
const PRIVATE_PREFIX = 'peerprobe-secrets-'

/**
 * Makes the folder of a run and holds it, so that two runs never write to one folder. Nothing in it is removed but what
 * an earlier run made.
 *
 * @throws ProbeError `PP_CONFIG_INVALID` when another run holds the folder, it cannot be made, or it holds other things
 * where a practice network would have to begin with nothing
 */
export function openDataFolder (dir: string, { empty }: DataFolderOptions): DataFolder {
  const path = resolve(dir)
  const at = (name: string): string => join(path, name)

  makeFolder(path)
  const lock = FolderLock.hold(at('lock.sqlite'), path)

  try {
    lock.made('private').forEach((left) => {
      removePrivateFolder(lock, left)
    })
    if (empty) {
      emptyFolder(path, lock)
    } else {
      // From now on these are of a run that is nobody's practice.
      lock.made('practice').forEach((name) => {
        lock.forget('practice', name)
      })
    }
    Object.values(FOLDERS).map(at).forEach(makeFolder)
  } catch (err) {
    lock[Symbol.dispose]()
    throw err
  }

  return {
    path,
    databasePath: at('peerprobe.sqlite'),
    busPath: at('bus.sqlite'),
    dumpFolder: at(FOLDERS.dumpFolder),
    configFolder: at(FOLDERS.configFolder),
    logFolder: at(FOLDERS.logFolder),
    stateFolder: at(FOLDERS.stateFolder),
    makePrivateFolder: () => {
      const made = mkdtempSync(join(tmpdir(), PRIVATE_PREFIX))
      lock.remember('private', made)

      return made
    },
    [Symbol.dispose] () {
      lock.made('private').forEach((made) => {
        removePrivateFolder(lock, made)
      })
      lock[Symbol.dispose]()
    }
  }
}

// A practice network begins with nothing, and makes all of these itself.
function emptyFolder (path: string, lock: FolderLock): void {
  const names = [...FILES, ...Object.values(FOLDERS)]
  const ours = lock.made('practice')
  const foreign = names.filter(name => existsSync(join(path, name)) && !ours.includes(name))

  if (foreign.length > 0) {
    throw new ProbeError('PP_CONFIG_INVALID', `--data: ${path} holds ${foreign.join(', ')}, which no practice network made: move it away, or give another folder by --data`)
  }

  for (const name of names) {
    rmSync(join(path, name), { recursive: true, force: true })
    lock.remember('practice', name)
  }
}

// Another user may have put something else under a name that was free again meanwhile.
function removePrivateFolder (lock: FolderLock, path: string): void {
  const found = lstatSync(path, { throwIfNoEntry: false })

  if (basename(path).startsWith(PRIVATE_PREFIX) && found?.isDirectory() === true && found.uid === process.getuid?.()) {
    rmSync(path, { recursive: true, force: true })
  }
  lock.forget('private', path)
}

function makeFolder (path: string): void {
  try {
    makeWithParents(path)
  } catch (err) {
    throw new ProbeError('PP_CONFIG_INVALID', `--data: cannot make the folder ${path}: ${errorText(err)}`, { cause: err })
  }
}

// Step by step: made with its parents at once, a folder below one that takes none (/proc) keeps Node trying for ever.
function makeWithParents (path: string): void {
  if (existsSync(path) && statSync(path).isDirectory()) {
    return
  }
  if (!existsSync(dirname(path))) {
    makeWithParents(dirname(path))
  }
  mkdirSync(path, { mode: PRIVATE_FOLDER })
}
