import { closeSync, openSync, renameSync, statSync, writeSync } from 'node:fs'
import { errorText } from '../../core/errors.ts'
import { PRIVATE_FILE, protectFile } from '../../core/files/private-file.ts'
import type { Readable } from 'node:stream'

const MAX_BYTES = 10 * 1_024 * 1_024

/**
 * The output of a child process in a file that cannot fill the disk: after 10 MB the file becomes `<name>.1` (replacing
 * the previous one) and a new file starts. Both are private to this user.
 *
 * Written synchronously, so that a slow disk slows the child down instead of filling the memory of this process. Output
 * that a full disk refuses is dropped and counted: a full log does not end the run.
 */
export class RotatingLog implements Disposable {
  readonly path: string
  readonly #maxBytes: number
  readonly #write: (file: number, bytes: Uint8Array) => number
  #file: number | undefined
  #bytes: number
  #omitted: { bytes: number, reason: string } | undefined

  /** @param options.write writes some of the bytes and returns how many, as {@link writeSync} does */
  constructor (path: string, { maxBytes = MAX_BYTES, write = writeSync }: { maxBytes?: number, write?: (file: number, bytes: Uint8Array) => number } = {}) {
    this.path = path
    this.#maxBytes = maxBytes
    this.#write = write
    this.#bytes = statSync(path, { throwIfNoEntry: false })?.size ?? 0
    protectFile(path)
    protectFile(`${path}.1`)
  }

  /** Copies a stream into the file until the stream ends; null for a stream that is not captured. */
  follow (stream: Readable | null): void {
    stream?.on('data', (chunk: Buffer) => {
      this.#append(chunk)
    })
  }

  [Symbol.dispose] (): void {
    if (this.#file !== undefined) {
      closeSync(this.#file)
      this.#file = undefined
    }
  }

  #append (chunk: Buffer): void {
    try {
      if (this.#omitted !== undefined) {
        this.#writeAll(Buffer.from(`\n${JSON.stringify({ level: 'warn', msg: 'output dropped: the log could not be written', ...this.#omitted })}\n`))
        this.#omitted = undefined
      }
      this.#writeAll(chunk)
    } catch (err) {
      if (!(err instanceof Error && 'syscall' in err)) {
        throw err
      }

      this.#omitted = { bytes: (this.#omitted?.bytes ?? 0) + chunk.length, reason: errorText(err) }
    }
  }

  #writeAll (bytes: Uint8Array): void {
    if (this.#bytes > 0 && this.#bytes + bytes.length > this.#maxBytes) {
      this[Symbol.dispose]()
      renameSync(this.path, `${this.path}.1`)
      this.#bytes = 0
    }

    this.#file ??= openSync(this.path, 'a', PRIVATE_FILE)

    for (let rest = bytes; rest.length > 0;) {
      const written = this.#write(this.#file, rest)
      this.#bytes += written
      rest = rest.subarray(written)
    }
  }
}
