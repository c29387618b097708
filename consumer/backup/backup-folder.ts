// The folder of the backups. A backup appears under its name complete or not at all: it is written under a temporary
// name and synced; then its manifest is written, and at last the backup is renamed.
import { createHash } from 'node:crypto'
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { readDisk } from '../../core/disk/disk-watch.ts'
import { errorText, isProbeError, ProbeError } from '../../core/errors.ts'
import { syncFolder } from '../../core/files/pending-file.ts'
import { PRIVATE_FILE, PRIVATE_FOLDER } from '../../core/files/private-file.ts'
import { BACKUP_ENDINGS, MANIFEST_ENDING, readBackupManifest } from './backup-manifest.ts'
import type { BackupKind, BackupManifest } from './backup-manifest.ts'

/** Bytes that a backup leaves free on its disk. */
const MIN_FREE_BYTES = 268_435_456

const TEMPORARY = '.tmp'
const TEMPORARY_NAME = /^peerprobe-.+\.([0-9A-Za-z-]+)\.tmp$/
const BACKUP_NAME = /^peerprobe-(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)\.(\d{3})Z\.(?:mariadb\.sql|mysql\.sql|sqlite)\.gz$/

// A program that writes a dump writes all the time, and packing it takes hours at most.
const STALE_AFTER_MS = 6 * 3_600_000

/** How a folder of backups is used. */
export interface BackupFolderOptions {
  path: string

  /** What tells the temporary files of this writer from those of others; a second try of the same job has the same. */
  writer: string
}

/** The manifest of a backup before its file is written. */
export type BackupFacts = Pick<BackupManifest, 'kind' | 'serverVersion' | 'takenAt'>

/** What the content of a backup turned out to be. */
export type BackupContent = Pick<BackupManifest, 'schemaVersion' | 'rows'>

/** A backup that is being written: its bytes, and what they contain once all are read. */
export interface BackupSource {
  bytes: AsyncIterable<Buffer>

  /** Called after the last byte. @throws ProbeError when the content is not whole */
  content: () => BackupContent
}

/** A folder that backups are written to. */
export class BackupFolder {
  readonly path: string
  readonly #writer: string

  private constructor ({ path, writer }: BackupFolderOptions) {
    this.path = path
    this.#writer = writer
  }

  /** Creates the folder if it is missing. @throws ProbeError `PP_BACKUP_FAILED` */
  static async open (options: BackupFolderOptions): Promise<BackupFolder> {
    return await orBackupFailed(options.path, async () => {
      await mkdir(options.path, { recursive: true, mode: PRIVATE_FOLDER })

      return new BackupFolder(options)
    })
  }

  /** The path of a temporary file of this writer. */
  temporary (name: string): string {
    return join(this.path, `peerprobe-${name}.${this.#writer}${TEMPORARY}`)
  }

  /** Removes temporary files of this writer's earlier tries, and those of killed writers. */
  async removeLeftovers (nowMs: number): Promise<void> {
    await orBackupFailed(this.path, async () => {
      for (const name of await readdir(this.path)) {
        const writer = TEMPORARY_NAME.exec(name)?.[1]

        if (writer !== undefined && (writer === this.#writer || await modifiedMs(join(this.path, name)) < nowMs - STALE_AFTER_MS)) {
          await rm(join(this.path, name), { force: true })
        }
      }
    })
  }

  /** @throws ProbeError `PP_DISK_LOW` when the disk has no room for so many bytes more */
  async requireRoom (neededBytes: number): Promise<void> {
    await orBackupFailed(this.path, async () => {
      const { freeBytes } = await Promise.try(() => readDisk(this.path))

      if (freeBytes < neededBytes + MIN_FREE_BYTES) {
        throw new ProbeError('PP_DISK_LOW', `${this.path}: a backup needs about ${String(Math.ceil(neededBytes + MIN_FREE_BYTES))} bytes, and its disk has ${String(freeBytes)} left: make room there, or keep fewer backups`)
      }
    })
  }

  /** The manifests of all whole backups, oldest first; what is damaged is left out. */
  async list (): Promise<BackupManifest[]> {
    const names = await orBackupFailed(this.path, async () => await readdir(this.path))
    const found: BackupManifest[] = []

    for (const name of names.filter(name => BACKUP_NAME.test(name)).sort()) {
      const manifest = await manifestOf(join(this.path, name))

      if (manifest?.file === name) {
        found.push(manifest)
      }
    }

    return found
  }

  /** Writes one backup from its bytes. @throws ProbeError `PP_BACKUP_FAILED`, or what `content` throws, and leaves no backup */
  async write (facts: BackupFacts, source: BackupSource, now: () => number, signal: AbortSignal): Promise<BackupManifest> {
    const file = backupName(facts)
    const temporary = this.temporary('packed')

    return await orBackupFailed(join(this.path, file), async () => {
      try {
        const written = await packed(temporary, source.bytes, signal)
        const manifest: BackupManifest = { version: 1, file, ...facts, ...source.content(), finishedAt: new Date(now()).toISOString(), ...written }
        await this.#writeManifest(manifest)
        await rename(temporary, join(this.path, file))
        await syncFolder(this.path)

        return manifest
      } finally {
        await rm(temporary, { force: true })
      }
    })
  }

  /** Removes the backups begun before `beforeMs`, except the newest whole one. */
  async removeOlder (beforeMs: number): Promise<string[]> {
    const newest = (await this.list()).at(-1)?.file

    return await orBackupFailed(this.path, async () => {
      const names = await readdir(this.path)
      const backups = new Set(names.filter(name => BACKUP_NAME.test(name)))
      const old = [...backups].filter(name => name !== newest && timeOf(name) < beforeMs)
      // A manifest without its backup is one of a killed writer.
      const orphans = names.filter(name => name.endsWith(MANIFEST_ENDING) && !backups.has(baseOf(name)) && timeOf(baseOf(name)) < beforeMs)

      for (const name of [...old.flatMap(name => [name, `${name}${MANIFEST_ENDING}`]), ...orphans]) {
        await rm(join(this.path, name), { force: true })
      }

      return old
    })
  }

  async #writeManifest (manifest: BackupManifest): Promise<void> {
    const temporary = this.temporary('manifest')

    try {
      await using handle = await open(temporary, 'w', PRIVATE_FILE)
      await handle.writeFile(`${JSON.stringify(manifest, undefined, 2)}\n`)
      await handle.sync()
      await rename(temporary, join(this.path, `${manifest.file}${MANIFEST_ENDING}`))
    } finally {
      await rm(temporary, { force: true })
    }
  }
}

/** Name of a backup. */
function backupName ({ kind, takenAt }: { kind: BackupKind, takenAt: string }): string {
  return `peerprobe-${takenAt.replaceAll(/[-:]/g, '')}${BACKUP_ENDINGS[kind]}`
}

/** Room for a further backup, by the last one: with a tenth for growth. */
export function expectedBytes ({ bytes, rawBytes }: Pick<BackupManifest, 'bytes' | 'rawBytes'>): { packed: number, raw: number } {
  return { packed: Math.ceil(bytes * 1.1), raw: Math.ceil(rawBytes * 1.1) }
}

async function packed (path: string, bytes: AsyncIterable<Buffer>, signal: AbortSignal): Promise<Pick<BackupManifest, 'bytes' | 'rawBytes' | 'sha256'>> {
  await using handle = await open(path, 'w', PRIVATE_FILE)
  const hash = createHash('sha256')
  let rawBytes = 0
  let size = 0

  await pipeline(bytes, async function* (chunks: AsyncIterable<Buffer>) {
    for await (const chunk of chunks) {
      rawBytes += chunk.byteLength
      yield chunk
    }
  }, createGzip(), async (chunks: AsyncIterable<Buffer>) => {
    for await (const chunk of chunks) {
      hash.update(chunk)
      size += chunk.byteLength
      await handle.writeFile(chunk)
    }
  }, { signal })
  await handle.sync()

  return { bytes: size, rawBytes, sha256: hash.digest('hex') }
}

async function manifestOf (path: string): Promise<BackupManifest | undefined> {
  try {
    const manifest = await readBackupManifest(path)

    return (await stat(path)).size === manifest.bytes ? manifest : undefined
  } catch (err) {
    if (!isProbeError(err, 'PP_BACKUP_INVALID')) {
      throw err
    }

    return undefined
  }
}

async function modifiedMs (path: string): Promise<number> {
  try {
    return (await stat(path)).mtimeMs
  } catch (err) {
    // Its writer has renamed or removed it in the meantime.
    if (err instanceof Error && 'code' in err && err.code === 'ENOENT') {
      return Infinity
    }

    throw err
  }
}

function baseOf (manifest: string): string {
  return manifest.slice(0, -MANIFEST_ENDING.length)
}

function timeOf (name: string): number {
  const [year, month = 1, day, hour, minute, second, ms] = (BACKUP_NAME.exec(name) ?? []).slice(1).map(Number)

  return year === undefined ? Number.NaN : Date.UTC(year, month - 1, day, hour, minute, second, ms)
}

async function orBackupFailed<T> (path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (err) {
    // Errors of the system, such as a full disk; others pass unchanged.
    throw err instanceof Error && 'syscall' in err && !isProbeError(err) ? new ProbeError('PP_BACKUP_FAILED', `${path}: ${errorText(err)}`, { cause: err, details: { path } }) : err
  }
}
