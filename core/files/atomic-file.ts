import { PendingFile } from './pending-file.ts'
import type { FileHandle } from 'node:fs/promises'

/**
 * Fills a file that appears under its name complete or not at all ({@link PendingFile}).
 *
 * @param mode permissions under its name; it is private while it is filled. By default it stays private
 * @throws Error of the system, such as ENOSPC; errors of `fill` unchanged. The file that was there before is unchanged then
 */
export async function fillFileAtomically<T> (path: string, fill: (handle: FileHandle) => Promise<T>, mode?: number): Promise<T> {
  await using file = await PendingFile.open(path, { mode })
  const result = await fill(file.handle)
  await file.finish()

  return result
}
