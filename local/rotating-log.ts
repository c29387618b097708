import { createWriteStream, renameSync, statSync } from 'node:fs'
import { finished } from 'node:stream/promises'
import type { WriteStream } from 'node:fs'
import type { Readable } from 'node:stream'

const MAX_BYTES = 10 * 1_024 * 1_024

/**
 * What a child process prints, in a file that cannot fill the disk: past 10 MB the file becomes
 * `<name>.1` (replacing the one before) and a new one starts.
 */
export class RotatingLog implements AsyncDisposable {
  readonly path: string
  readonly #maxBytes: number
  #file: WriteStream
  #bytes: number

  constructor (path: string, { maxBytes = MAX_BYTES }: { maxBytes?: number } = {}) {
    this.path = path
    this.#maxBytes = maxBytes
    this.#bytes = sizeOf(path)
    this.#file = createWriteStream(path, { flags: 'a' })
  }

  /** Copies a stream into the file until the stream ends; null is a stream that was not asked for. */
  follow (stream: Readable | null): void {
    stream?.on('data', (chunk: Buffer) => {
      this.#write(chunk)
    })
  }

  async [Symbol.asyncDispose] (): Promise<void> {
    this.#file.end()
    await finished(this.#file)
  }

  #write (chunk: Buffer): void {
    if (this.#bytes > 0 && this.#bytes + chunk.length > this.#maxBytes) {
      this.#file.end()
      renameSync(this.path, `${this.path}.1`)
      this.#file = createWriteStream(this.path, { flags: 'a' })
      this.#bytes = 0
    }

    this.#bytes += chunk.length
    this.#file.write(chunk)
  }
}

function sizeOf (path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0
}
