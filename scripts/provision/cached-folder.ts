import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { cacheFolder } from '../../local/files/cache-folder.ts'

/**
 * A folder in the user's cache that is either complete or absent. Its name contains a hash of its
 * recipe, so that all checkouts with the same recipe share it and a changed recipe creates a new
 * folder.
 */
export class CachedFolder {
  readonly path: string

  constructor (name: string, recipe: string) {
    this.path = join(cacheFolder(), name, createHash('sha256').update(recipe).digest('hex').slice(0, 16))
  }

  get isThere (): boolean {
    return existsSync(this.path)
  }

  /** Fills a temporary folder next to it and then renames it. If several processes do this at once, the first one wins. */
  async fill (fill: (folder: string) => Promise<void>): Promise<void> {
    const unfinished = `${this.path}.${String(process.pid)}`
    mkdirSync(unfinished, { recursive: true })

    try {
      await fill(unfinished)

      renameSync(unfinished, this.path)
    } catch (err) {
      if (!this.isThere) {
        throw err
      }
    } finally {
      rmSync(unfinished, { recursive: true, force: true })
    }
  }
}
