import { randomUUID } from 'node:crypto'
import { open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { PRIVATE_FILE } from './private-file.ts'
import type { FileHandle } from 'node:fs/promises'

/**
 * Fills a private file that appears under its name complete or not at all: it is written under a temporary name in the same
 * folder, synced (fsync) and renamed, and the folder is synced. A process that is killed meanwhile leaves the temporary file.
 *
 * @throws Error of the system, such as ENOSPC; errors of `fill` unchanged. The file that was there before is unchanged then
 */
export async function fillFileAtomically<T> (path: string, fill: (handle: FileHandle) => Promise<T>): Promise<T> {
  const temporary = `${path}.${randomUUID()}.tmp`

  try {
    const result = await filled(temporary, fill)
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

async function syncFolder (path: string): Promise<void> {
  // Windows cannot open folders.
  if (process.platform !== 'win32') {
    await using handle = await open(path, 'r')
    await handle.sync()
  }
}
