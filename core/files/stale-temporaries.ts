import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'

// As `PendingFile` names them: the name of the file, a version 4 UUID, an ending.
const TEMPORARY = /^(.+)\.[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}(\.[a-z]+)$/

/** Which temporary files have no writer any more. */
export interface StaleFiles {
  /** Whether a file is ours, by the name that it would have had. */
  isOurs: (name: string) => boolean

  nowMs: number

  /** Ending of the temporary names. @default .tmp */
  ending?: string

  /** A writer that lives adds to its file more often than this, in milliseconds. @default ten minutes */
  staleAfterMs?: number
}

/**
 * Removes the temporary files that killed processes left in a folder.
 *
 * @throws Error of the system
 */
export async function removeStaleTemporaries (folder: string, { isOurs, nowMs, ending = '.tmp', staleAfterMs = 600_000 }: StaleFiles): Promise<void> {
  for (const file of await readdir(folder)) {
    const [, name, found] = TEMPORARY.exec(file) ?? []

    if (name !== undefined && found === ending && isOurs(name)) {
      await removeIfOlder(join(folder, file), nowMs - staleAfterMs)
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
