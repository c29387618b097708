// Files of a run contain addresses of servers, texts of peers and private keys. So they are readable by their owner only,
// whatever the umask is, even where an earlier version created them readable for others.
import { chmodSync, closeSync, lstatSync, openSync } from 'node:fs'

/** Permissions of a file for its owner only. */
export const PRIVATE_FILE = 0o600

/** Permissions of a folder for its owner only. */
export const PRIVATE_FOLDER = 0o700

// A file system without permissions (a USB stick, some network shares), or one that is mounted read-only.
const NO_MODES: ReadonlySet<unknown> = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EROFS'])

/**
 * Makes an existing file private, if this user owns it. Symbolic links are left unchanged: their target may be any file.
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
 * Creates an empty private file for a library that would create it readable for others, or protects an existing file.
 * Errors of the system are left to that library, which gets and reports the same error.
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
