import { existsSync, lstatSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'
import { errorText, ProbeError } from '../../core/errors.ts'
import { PRIVATE_FOLDER } from '../../core/files/private-file.ts'
import { FolderLock } from './folder-lock.ts'

/** The folder with the files of one run. */
export interface DataFolder extends Disposable {
  /** The folder itself, absolute. */
  path: string

  /** The database that people query. */
  databasePath: string

  /** The embedded message log. */
  busPath: string

  /** Dump files. */
  dumpFolder: string

  /** Backups of the database, unless another folder is given. */
  backupFolder: string

  /** Configuration files of the processes. */
  configFolder: string

  /** Logs of the processes. */
  logFolder: string

  /** State of the crawlers that outlives a restart. */
  stateFolder: string

  /**
   * Creates a private folder outside the data folder. It is removed at the end of the run or, if the run is killed, by
   * the next run in this data folder (or by the system, like all temporary files).
   */
  makePrivateFolder: () => string
}

/** Settings of {@link openDataFolder}. */
export interface DataFolderOptions {
  /** Remove what a run of an earlier practice network left there: its peers are gone. */
  empty: boolean
}

const FILES = ['peerprobe.sqlite', 'bus.sqlite'].flatMap(file => [file, `${file}-wal`, `${file}-shm`])
const FOLDERS = { dumpFolder: 'dumps', configFolder: 'config', logFolder: 'logs', stateFolder: 'state' } as const
const PRIVATE_PREFIX = 'peerprobe-secrets-'

/**
 * Creates the folder of a run and locks it, so that two runs never write to one folder. Only files that an earlier run
 * created are removed from it.
 *
 * @throws ProbeError `PP_CONFIG_INVALID` when another run has the lock, the folder cannot be created, or a practice
 *   network needs an empty folder and it contains other files
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
      // From now on these files belong to a run that is not a practice network.
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
    backupFolder: at('backups'), // made by the first backup; a practice network makes none
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

// A practice network starts empty and creates all of these itself.
function emptyFolder (path: string, lock: FolderLock): void {
  const names = [...FILES, ...Object.values(FOLDERS)]
  const ours = lock.made('practice')
  const foreign = names.filter(name => existsSync(join(path, name)) && !ours.includes(name))

  if (foreign.length > 0) {
    throw new ProbeError('PP_CONFIG_INVALID', `--data: ${path} contains ${foreign.join(', ')}, which no practice network created: move it away, or choose another folder with --data`)
  }

  for (const name of names) {
    rmSync(join(path, name), { recursive: true, force: true })
    lock.remember('practice', name)
  }
}

// Another user may have created something else under this name meanwhile.
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
    throw new ProbeError('PP_CONFIG_INVALID', `--data: cannot create the folder ${path}: ${errorText(err)}`, { cause: err })
  }
}

// One level at a time: below a folder that allows no new entries (/proc), Node's recursive mkdir loops forever.
function makeWithParents (path: string): void {
  if (existsSync(path) && statSync(path).isDirectory()) {
    return
  }
  if (!existsSync(dirname(path))) {
    makeWithParents(dirname(path))
  }
  mkdirSync(path, { mode: PRIVATE_FOLDER })
}
