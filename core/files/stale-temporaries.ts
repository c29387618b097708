import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'

// As `fillFileAtomically` names them: the name of the file, a version 4 UUID, `.tmp`.
const TEMPORARY = /^(.+)\.[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\.tmp$/

// A writer that lives adds to its file more often than this.
const STALE_AFTER_MS = 600_000

/**
 * Removes the temporary files that killed processes left in a folder, by what name their files would have had. One that was written
 * to within the last ten minutes stays: its writer may live.
 *
 * @throws Error of the system
 */
export async function removeStaleTemporaries (folder: string, isOurs: (name: string) => boolean, nowMs: number): Promise<void> {
  for (const file of await readdir(folder)) {
    const name = TEMPORARY.exec(file)?.[1]

    if (name !== undefined && isOurs(name)) {
      await removeIfOlder(join(folder, file), nowMs - STALE_AFTER_MS)
    }
  }
}

async function removeIfOlder (path: string, beforeMs: number): Promise<void> {
  try {
    if ((await stat(path)).mtimeMs < beforeMs) {
      await rm(path, { force: true })
    }
  } catch (err) {
    // Its writer has renamed it in the meantime.
    if (!(err instanceof Error && 'code' in err && err.code === 'ENOENT')) {
      throw err
    }
  }
}
