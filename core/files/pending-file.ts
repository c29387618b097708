import { randomUUID } from 'node:crypto'
import { open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { PRIVATE_FILE, protectFile } from './private-file.ts'
import type { FileHandle } from 'node:fs/promises'

/** How a {@link PendingFile} is made. */
export interface PendingFileOptions {
  /** Permissions of the file under its name; it is private before. @default private */
  mode?: number | undefined

  /** Ending of the temporary name. @default .tmp */
  ending?: string
}

/**
 * A file that appears under its name complete or not at all: it is filled under a temporary name in the same folder, and
 * `finish` syncs (fsync) and renames it. Disposed before that, it is removed; a process that is killed leaves the temporary file.
 */
export class PendingFile implements AsyncDisposable {
  readonly handle: FileHandle
  readonly #path: string
  readonly #temporary: string
  readonly #mode: number
  #isOpen = true

  private constructor (handle: FileHandle, { path, temporary, mode }: { path: string, temporary: string, mode: number }) {
    this.handle = handle
    this.#path = path
    this.#temporary = temporary
    this.#mode = mode
  }

  /** Creates the temporary file. @throws Error of the system, such as ENOSPC */
  static async open (path: string, { mode = PRIVATE_FILE, ending = '.tmp' }: PendingFileOptions = {}): Promise<PendingFile> {
    const temporary = `${path}.${randomUUID()}${ending}`

    return new PendingFile(await open(temporary, 'wx', PRIVATE_FILE), { path, temporary, mode })
  }

  /** Makes the file appear under its name, in place of one that was there. @throws Error of the system */
  async finish (): Promise<void> {
    await this.handle.sync()
    await this.#close()
    protectFile(this.#temporary, this.#mode)
    await rename(this.#temporary, this.#path)
    await syncFolder(dirname(this.#path))
  }

  async [Symbol.asyncDispose] (): Promise<void> {
    await this.#close()
    await rm(this.#temporary, { force: true })
  }

  async #close (): Promise<void> {
    if (this.#isOpen) {
      this.#isOpen = false
      await this.handle.close()
    }
  }
}

/** Makes names in a folder durable: of files that were renamed into it. @throws Error of the system */
export async function syncFolder (path: string): Promise<void> {
  // Windows cannot open folders.
  if (process.platform !== 'win32') {
    await using handle = await open(path, 'r')
    await handle.sync()
  }
}
