// The folder of the dump files. A file appears under its name complete or not at all: it is written under a
// temporary name, synced (fsync) and renamed, and then the folder is synced as well.
import { createHash } from 'node:crypto'
import { mkdir, readdir, rm, stat, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createZstdCompress } from 'node:zlib'
import { errorText, ProbeError } from '../../core/errors.ts'
import { fillFileAtomically } from '../../core/files/atomic-file.ts'
import { PRIVATE_FILE, PRIVATE_FOLDER, protectFile } from '../../core/files/private-file.ts'
import { removeStaleTemporaries } from '../../core/files/stale-temporaries.ts'
import { dumpFileOf } from './dump-file.ts'
import type { DumpCompression } from './dump-file.ts'
import type { FileHandle } from 'node:fs/promises'

/** A file that was written. */
export interface WrittenFile {
  bytes: number

  /** SHA-256 of the file in hex. */
  sha256: string
}

/** What a file is filled with. */
export interface FileContent {
  chunks: AsyncIterable<Uint8Array>

  /** How the chunks are compressed on their way into the file. */
  compression: DumpCompression

  /** Writing ends with `PP_DUMP_FAILED` where the disk would have fewer free bytes. */
  minFreeBytes: number
}

const TEMPORARY_ENDING = /\.[0-9a-f-]+\.tmp$/

const SET_GROUP_ID = 0o2000
const GROUP_READS = 0o640

// How often a file that is being written looks at the free space of its disk.
const CHECK_FREE_EVERY_BYTES = 8 * 1_048_576

const MAKE_ROOM = 'make room on this disk, or keep dump files for a shorter time'

// What to do where the system refuses, by the code of its error.
const REMEDIES: Readonly<Record<string, string>> = {
  ENOSPC: MAKE_ROOM,
  EDQUOT: MAKE_ROOM,
  EFBIG: 'raise the limit of file sizes of this process',
  EACCES: 'let the user of this process write to the folder',
  EPERM: 'let the user of this process write to the folder',
  EROFS: 'mount the folder writable',
  ENOTDIR: 'give a folder in place of the file',
  EISDIR: 'move the folder of this name away'
}

/** A folder that dumps are written to. */
export class DumpFolder {
  readonly path: string

  readonly #mode: number

  private constructor (path: string, mode: number) {
    this.path = path
    this.#mode = mode
  }

  /** Creates the folder if it is missing. @throws ProbeError `PP_DUMP_FAILED` */
  static async open (path: string): Promise<DumpFolder> {
    return await orDumpFailed(path, async () => {
      await mkdir(path, { recursive: true, mode: PRIVATE_FOLDER })
      const folder = new DumpFolder(path, await dumpFileMode(path))
      await folder.#protect()

      return folder
    })
  }

  /** Free bytes of the folder's disk. */
  async free (): Promise<number> {
    return await orDumpFailed(this.path, async () => {
      const { bavail, bsize } = await statfs(this.path)

      return bavail * bsize
    })
  }

  /** Names of the files in the folder. */
  async list (): Promise<string[]> {
    return await orDumpFailed(this.path, async () => await readdir(this.path))
  }

  /** Writes chunks as one file. @throws ProbeError `PP_DUMP_FAILED`, and leaves no file */
  async writeChunks (name: string, { chunks, compression, minFreeBytes }: FileContent, signal: AbortSignal): Promise<WrittenFile> {
    return await this.#write(name, async (handle) => {
      const hash = createHash('sha256')
      let bytes = 0
      let bytesAtCheck = 0

      await pipeline(chunks, compression === 'zstd' ? createZstdCompress() : new PassThrough(), async (parts: AsyncIterable<Buffer>) => {
        for await (const chunk of parts) {
          hash.update(chunk)
          bytes += chunk.byteLength

          if (bytes - bytesAtCheck >= CHECK_FREE_EVERY_BYTES) {
            bytesAtCheck = bytes
            await this.#requireFree(name, minFreeBytes)
          }

          await handle.appendFile(chunk)
        }
      }, { signal })

      return { bytes, sha256: hash.digest('hex') }
    })
  }

  /** Writes one text as a file. @throws ProbeError `PP_DUMP_FAILED`, and leaves an existing file unchanged */
  async writeText (name: string, text: string): Promise<void> {
    await this.#write(name, async (handle) => {
      await handle.appendFile(text)
    })
  }

  async remove (names: readonly string[]): Promise<void> {
    await orDumpFailed(this.path, async () => {
      for (const name of names) {
        await rm(join(this.path, name), { force: true })
      }
    })
  }

  /** Removes temporary files of killed writers. */
  async removeStale (nowMs: number): Promise<void> {
    await orDumpFailed(this.path, async () => {
      await removeStaleTemporaries(this.path, { isOurs: isOurFile, nowMs })
    })
  }

  // Earlier versions made them readable for all.
  async #protect (): Promise<void> {
    for (const name of await readdir(this.path)) {
      if (isOurs(name)) {
        protectFile(join(this.path, name), this.#mode)
      }
    }
  }

  // Other writers of the disk may fill it while a dump is written, and nothing tells beforehand how large a first dump becomes.
  async #requireFree (name: string, minFreeBytes: number): Promise<void> {
    const freeBytes = await this.free()

    if (freeBytes < minFreeBytes) {
      const path = join(this.path, name)

      throw new ProbeError('PP_DUMP_FAILED', `${path}: the disk has room for ${String(freeBytes)} bytes more, and dumps leave ${String(minFreeBytes)} free: ${MAKE_ROOM}`, { details: { path } })
    }
  }

  async #write<T> (name: string, fill: (handle: FileHandle) => Promise<T>): Promise<T> {
    const path = join(this.path, name)

    return await orDumpFailed(path, async () => await fillFileAtomically(path, fill, this.#mode))
  }
}

function isOurs (name: string): boolean {
  return isOurFile(name.replace(TEMPORARY_ENDING, ''))
}

function isOurFile (name: string): boolean {
  return name === 'manifest.json' || dumpFileOf(name) !== undefined
}

/**
 * Permissions of the files of a folder. The set-group-id bit marks a folder that a group shares, as Kubernetes sets it for `fsGroup`:
 * that group reads the dumps.
 */
export async function dumpFileMode (path: string): Promise<number> {
  return ((await stat(path)).mode & SET_GROUP_ID) === 0 ? PRIVATE_FILE : GROUP_READS
}

async function orDumpFailed<T> (path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (err) {
    // Errors of the system become PP_DUMP_FAILED; errors of the store pass unchanged.
    throw err instanceof Error && 'syscall' in err ? new ProbeError('PP_DUMP_FAILED', `${path}: ${errorText(err)}${remedyFor(err)}`, { cause: err, details: { path } }) : err
  }
}

function remedyFor (err: Error): string {
  const remedy = 'code' in err ? REMEDIES[String(err.code)] : undefined

  return remedy === undefined ? '' : `: ${remedy}`
}
