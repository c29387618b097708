import { open } from 'node:fs/promises'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { packTar } from 'modern-tar'
import { errorText, ProbeError } from '../../../core/errors.ts'
import { PRIVATE_FILE } from '../../../core/files/private-file.ts'

/** A part that could not be read or kept. */
export interface MissingPart { part: string, reason: string }

// In memory at once, and more than a person attaches to a report.
const MAX_BYTES = 64 * 1_048_576
const compress = promisify(gzip)

/** Files of an archive, up to a size; what is left out is remembered with the reason. */
export class BundleArchive {
  readonly missing: MissingPart[] = []
  readonly #folder: string
  readonly #mtime: Date
  readonly #maxBytes: number
  readonly #files = new Map<string, string>()
  #bytes = 0

  /** @param folder in which everything is, as somebody who unpacks it expects */
  constructor (folder: string, mtime: Date, maxBytes = MAX_BYTES) {
    this.#folder = folder
    this.#mtime = mtime
    this.#maxBytes = maxBytes
  }

  /** Keeps a file, unless the archive would be too large by it. */
  add (path: string, content: string): void {
    const bytes = Buffer.byteLength(content)

    if (this.#bytes + bytes > this.#maxBytes) {
      this.missing.push({ part: path, reason: `left out: the bundle may have ${String(this.#maxBytes)} bytes` })
      return
    }

    this.#bytes += bytes
    this.#files.set(path, content)
  }

  /**
   * Writes everything and the list of what is missing as a compressed archive, which nobody else may read.
   *
   * @throws ProbeError `PP_CONFIG_INVALID` where the file exists or cannot be written
   */
  async write (file: string): Promise<void> {
    const files = [...this.#files, ['missing.json', `${JSON.stringify(this.missing, undefined, 2)}\n`] as const]
    const about = { mtime: this.#mtime, mode: PRIVATE_FILE }
    const tar = await packTar(files.map(([path, body]) => ({ header: { ...about, name: `${this.#folder}/${path}`, size: Buffer.byteLength(body) }, body })))
    const bytes = await compress(tar)

    try {
      await using handle = await open(file, 'wx', PRIVATE_FILE)
      await handle.writeFile(bytes)
    } catch (err) {
      throw new ProbeError('PP_CONFIG_INVALID', `--file: ${errorText(err)}`, { cause: err })
    }
  }
}
