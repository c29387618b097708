// A file system of a few MiB in memory, mounted at a folder: for tests of disks that fill up. It takes root, and a mount namespace of
// the test's own, so that the machine never sees it (cluster/runner/node-network.ts makes one).
import { execFileSync } from 'node:child_process'
import { appendFileSync, mkdirSync, rmSync, statfsSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

const BALLAST = 'ballast'
const WRITE_EACH_MS = 250

/** See the head of this file. */
export class SmallDisk implements Disposable {
  readonly folder: string
  readonly #ballast: string

  /** Mounts it at a folder, which is created. */
  constructor (folder: string, mebibytes: number) {
    this.folder = folder
    this.#ballast = join(folder, BALLAST)
    mkdirSync(folder, { recursive: true })
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${String(mebibytes)}m,mode=777`, 'tmpfs', folder])
  }

  /** Writes until so much is left. */
  fill (leaveBytes: number): void {
    const { bavail, bsize } = statfsSync(this.folder)
    appendFileSync(this.#ballast, Buffer.alloc(Math.max(0, bavail * bsize - leaveBytes)))
  }

  /** Writes so much a second until `isOver`. @throws TypeError when the disk is full before that */
  async grow (bytesPerSecond: number, isOver: () => Promise<boolean>): Promise<void> {
    for (let last = performance.now(); !await isOver();) {
      await delay(WRITE_EACH_MS)
      const now = performance.now()
      const bytes = Math.round(bytesPerSecond * (now - last) / 1_000)
      last = now
      const { bavail, bsize } = statfsSync(this.folder)

      if (bavail * bsize < bytes) {
        throw new TypeError(`${this.folder} is full, and what it was filled for did not happen`)
      }
      appendFileSync(this.#ballast, Buffer.alloc(bytes))
    }
  }

  /** Removes what was written. */
  empty (): void {
    rmSync(this.#ballast, { force: true })
  }

  [Symbol.dispose] (): void {
    // Lazily: a process of the test that was killed may still be ending.
    execFileSync('umount', ['--lazy', this.folder])
  }
}
