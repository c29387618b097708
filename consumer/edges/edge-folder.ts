// The files of edges in the folder of the dump files. Each appears under its name complete or not at all.
import { existsSync } from 'node:fs'
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { PendingFile } from '../../core/files/pending-file.ts'
import { removeStaleTemporaries } from '../../core/files/stale-temporaries.ts'
import { dumpFileMode } from '../dumps/dump-folder.ts'
import { crawlOfFile, edgeFileName } from './edge-file-name.ts'
import type { CrawlKey } from './edge-file-name.ts'

/** A file of edges. */
export interface EdgeFileEntry extends CrawlKey { file: string }

// Another ending than that of dumps: earlier versions removed every temporary file of the folder after ten minutes, and a crawl may take longer.
const TEMPORARY = '.partial'

/** A temporary file that nobody has touched for this long has no writer any more, in milliseconds. */
export const STALE_AFTER_MS = 7_200_000

/** Most files that are kept, whatever their age. */
export const MAX_FILES = 2_000

/** The files of edges in a folder, oldest crawl first. @throws Error of the system */
export async function listEdgeFiles (folder: string): Promise<EdgeFileEntry[]> {
  const names = await readdir(folder)

  return names.flatMap((file) => {
    const crawl = crawlOfFile(file)

    return crawl === undefined ? [] : [{ file, ...crawl }]
  }).sort((a, b) => a.crawlId - b.crawlId || (a.scan < b.scan ? -1 : 1))
}

/** A folder that files of edges are written to. It exists. */
export class EdgeFolder {
  readonly #path: string
  readonly #keepMs: number

  /** @param keepMs age from which files are removed, in milliseconds, except the newest */
  constructor (path: string, keepMs: number) {
    this.#path = path
    this.#keepMs = keepMs
  }

  /** Whether the file of a crawl is there. */
  has (crawl: CrawlKey): boolean {
    return existsSync(join(this.#path, edgeFileName(crawl)))
  }

  /** Begins the file of a crawl. @throws Error of the system */
  async begin (crawl: CrawlKey): Promise<PendingFile> {
    return await PendingFile.open(join(this.#path, edgeFileName(crawl)), { mode: await dumpFileMode(this.#path), ending: TEMPORARY })
  }

  /** Removes files by age and number, and temporary files without a writer. @throws Error of the system */
  async removeOld (nowMs: number): Promise<void> {
    const files = await listEdgeFiles(this.#path)
    const old = files.filter(({ crawlId }, i) => i < files.length - 1 && (crawlId * 1_000 < nowMs - this.#keepMs || i < files.length - MAX_FILES))

    for (const { file } of old) {
      await rm(join(this.#path, file), { force: true })
    }
    await removeStaleTemporaries(this.#path, { isOurs: name => crawlOfFile(name) !== undefined, nowMs, ending: TEMPORARY, staleAfterMs: STALE_AFTER_MS })
  }
}
