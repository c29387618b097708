import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { cacheFolder } from '../../local/files/cache-folder.ts'

/**
 * A folder in the user's cache that is whole or not there. Its name holds a hash of its recipe, so that
 * every checkout with the same recipe shares it and a changed recipe makes a new one.
 */
export class CachedFolder {
  readonly path: string

  constructor (name: string, recipe: string) {
    this.path = join(cacheFolder(), name, createHash('sha256').update(recipe).digest('hex').slice(0, 16))
  }

  get isThere (): boolean {
    return existsSync(this.path)
  }

  /** Fills a folder beside it and then gives it its name. Of several processes that fill at once, the first one wins. */
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
