// Two ends of a QUIC stream with the library's native interface, for tests of the exchanged bytes.
import type { NativeStream } from '../../../crawler/quic/native-quic.ts'

/** One direction. */
class Pipe {
  readonly #chunks: Uint8Array[] = []
  #isEnded = false
  #isReset = false
  #wake = Promise.withResolvers<undefined>()

  push (bytes: Uint8Array): void {
    if (this.#isReset) {
      throw new Error('stopped by peer')
    }
    this.#chunks.push(bytes)
    this.#changed()
  }

  end (): void {
    this.#isEnded = true
    this.#changed()
  }

  reset (): void {
    this.#isReset = true
    this.#changed()
  }

  async pull (maxBytes: number): Promise<Uint8Array | null> {
    for (;;) {
      if (this.#isReset) {
        throw new Error('reset by peer: code 4097')
      }

      const chunk = this.#chunks.shift()

      if (chunk !== undefined) {
        if (chunk.length > maxBytes) {
          this.#chunks.unshift(chunk.subarray(maxBytes))
        }
        return chunk.subarray(0, maxBytes)
      }
      if (this.#isEnded) {
        return null
      }
      await this.#wake.promise
    }
  }

  #changed (): void {
    this.#wake.resolve(undefined)
    this.#wake = Promise.withResolvers<undefined>()
  }
}

function endOf (reads: Pipe, writes: Pipe): NativeStream {
  return {
    read: async maxBytes => await reads.pull(maxBytes),
    write: async (bytes) => {
      await Promise.resolve()
      writes.push(bytes)
    },
    finishWrite: async () => {
      await Promise.resolve()
      writes.end()
    },
    resetWrite: async () => {
      await Promise.resolve()
      writes.reset()
    },
    stopRead: async () => {
      await Promise.resolve()
      reads.reset()
    }
  }
}

/** Both ends of one stream. */
export function nativeStreamPair (): [NativeStream, NativeStream] {
  const [there, back] = [new Pipe(), new Pipe()]

  return [endOf(back, there), endOf(there, back)]
}
