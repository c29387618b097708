import { mkdirSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { ProbeError } from '../core/errors.ts'

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

  /** Secrets of the manifest, while the run lasts. */
  secretFolder: string
}

/** Settings of {@link openDataFolder}. */
export interface DataFolderOptions {
  /** Forget what an earlier run left: for a practice network, whose peers are gone. */
  empty: boolean
}

/**
 * Makes the folder of a run and holds it, so that two runs never write to one folder.
 * The hold is a lock of the operating system on a file: it ends with the process, however that ends.
 *
 * @throws ProbeError `PP_CONFIG_INVALID` when another run holds the folder or it cannot be made
 */
export function openDataFolder (dir: string, { empty }: DataFolderOptions): DataFolder {
  const path = resolve(dir)
  const at = (name: string): string => join(path, name)
  const folder = {
    path,
    databasePath: at('peerprobe.sqlite'),
    busPath: at('bus.sqlite'),
    dumpFolder: at('dumps'),
    configFolder: at('config'),
    logFolder: at('logs'),
    stateFolder: at('state'),
    secretFolder: at('secrets')
  }

  makeFolder(path)
  const lock = holdLock(at('lock.sqlite'), path)

  if (empty) {
    for (const name of ['peerprobe.sqlite', 'bus.sqlite'].flatMap(file => [file, `${file}-wal`, `${file}-shm`]).concat('dumps', 'config', 'logs', 'state')) {
      rmSync(at(name), { recursive: true, force: true })
    }
  }

  for (const name of [folder.dumpFolder, folder.configFolder, folder.logFolder, folder.stateFolder]) {
    makeFolder(name)
  }

  return {
    ...folder,
    [Symbol.dispose] () {
      lock.close()
    }
  }
}

function makeFolder (path: string): void {
  try {
    mkdirSync(path, { recursive: true })
  } catch (err) {
    throw new ProbeError('PP_CONFIG_INVALID', `--data: cannot make the folder ${path}`, { cause: err })
  }
}

function holdLock (file: string, path: string): DatabaseSync {
  const lock = new DatabaseSync(file)

  try {
    lock.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE')
    return lock
  } catch (err) {
    lock.close()
    throw new ProbeError('PP_CONFIG_INVALID', `--data: another run is using ${path}: stop it, or give another folder`, { cause: err })
  }
}
