import { randomUUID } from 'node:crypto'
import { open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { PRIVATE_FILE, protectFile } from './private-file.ts'
import type { FileHandle } from 'node:fs/promises'

/**
 * Fills a file that appears under its name complete or not at all: it is written under a temporary name in the same
 * folder, synced (fsync) and renamed, and the folder is synced. A process that is killed meanwhile leaves the temporary file.
 * It is private while it is filled, and has `mode` (default: private) under its name.
 *
 * @throws Error of the system, such as ENOSPC; errors of `fill` unchanged. The file that was there before is unchanged then
 */
export async function fillFileAtomically<T> (path: string, fill: (handle: FileHandle) => Promise<T>, mode = PRIVATE_FILE): Promise<T> {
  const temporary = `${path}.${randomUUID()}.tmp`

  try {
    const result = await filled(temporary, fill)
    protectFile(temporary, mode)
    await rename(temporary, path)
    await syncFolder(dirname(path))

    return result
  } finally {
    await rm(temporary, { force: true })
  }
}

async function filled<T> (path: string, fill: (handle: FileHandle) => Promise<T>): Promise<T> {
  await using handle = await open(path, 'wx', PRIVATE_FILE)
  const result = await fill(handle)
  await handle.sync()

  return result
}

/** Makes names in a folder durable: of files that were renamed into it. @throws Error of the system */
export async function syncFolder (path: string): Promise<void> {
  // Windows cannot open folders.
  if (process.platform !== 'win32') {
    await using handle = await open(path, 'r')
    await handle.sync()
  }
}
