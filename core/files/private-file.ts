// Files of a run say where servers are, what peers said and who we are: they are for the user who runs PeerProbe alone,
// whatever the umask is, also where an earlier version made them readable for others.
import { chmodSync, closeSync, lstatSync, openSync } from 'node:fs'

/** Permissions of a file that its owner alone reads and writes. */
export const PRIVATE_FILE = 0o600

/** Permissions of a folder that its owner alone enters. */
export const PRIVATE_FOLDER = 0o700

// A file system without permissions (a USB stick, some network shares), or one that is mounted read-only.
const NO_MODES: ReadonlySet<unknown> = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EROFS'])

/**
 * Gives a file that is there already to its owner alone, where this user owns it. Links are left as they are: what they
 * lead to may be anything.
 *
 * By its name, not by a descriptor: closing one would end the locks that SQLite holds on the file in this process
 * (https://www.sqlite.org/howtocorrupt.html, section 2.2).
 *
 * @throws Error of the system, such as EIO
 */
export function protectFile (path: string, mode = PRIVATE_FILE): void {
  const found = lstatSync(path, { throwIfNoEntry: false })

  if (found?.isFile() === true && found.uid === process.geteuid?.() && (found.mode & 0o777) !== mode) {
    try {
      chmodSync(path, mode)
    } catch (err) {
      if (!NO_MODES.has(codeOf(err))) {
        throw err
      }
    }
  }
}

/**
 * Makes an empty private file for a library that would make it readable for others, and protects one that is there. What
 * the system refuses is left to that library, which meets the same refusal and has words for it.
 */
export function preparePrivateFile (path: string): void {
  try {
    closeSync(openSync(path, 'wx', PRIVATE_FILE))
  } catch (err) {
    if (codeOf(err) === 'EEXIST') {
      protectFile(path)
    }
  }
}

function codeOf (err: unknown): unknown {
  return err instanceof Error && 'code' in err ? err.code : undefined
}
