import { StreamMessageEvent } from '@libp2p/interface'
import { multiaddr } from '@multiformats/multiaddr'
import { Acceptance } from '../../../crawler/client/stream/multistream.ts'
import type { Connection } from '@libp2p/interface'

/** What a remote does on a stream of a protocol that it serves: sends bytes, or stays silent. */
export type MuxedAnswers = Record<string, readonly (Uint8Array | 'hang')[]>

/** A scripted remote of libp2p connections; `dead` sends nothing at all. */
export class MuxedScript {
  readonly #script: MuxedAnswers | 'dead'

  /** Streams that are still open. */
  openStreams = 0

  constructor (script: MuxedAnswers | 'dead') {
    this.#script = script
  }

  /** A connection to it from an address. */
  connection (address: string): Connection {
    return {
      remoteAddr: multiaddr(address),
      encryption: '/noise',
      multiplexer: '/yamux/1.0.0',
      status: 'open',
      muxer: { createStream: async () => {
        this.openStreams++

        return await Promise.resolve(new ScriptedStream(this.#script, () => {
          this.openStreams--
        }))
      } }
    } as unknown as Connection
  }
}

class ScriptedStream extends EventTarget {
  readonly log = Object.assign(() => undefined, { error: () => undefined })
  readonly readBufferLength = 0
  status = 'open'
  remoteWriteStatus = 'writable'
  readonly #script: MuxedAnswers | 'dead'
  readonly #acceptance: Acceptance
  readonly #onAbort: () => void

  constructor (script: MuxedAnswers | 'dead', onAbort: () => void) {
    super()
    this.#script = script
    this.#acceptance = new Acceptance(new Set(Object.keys(script)))
    this.#onAbort = onAbort
  }

  send (bytes: Uint8Array): boolean {
    if (this.#script !== 'dead' && this.#acceptance.protocol === undefined) {
      this.#say(this.#acceptance.feed(bytes).reply)
      this.#answer(this.#script)
    }

    return true
  }

  push (): void {
    // there is no push
  }

  closeRead (): void {
    // libp2p recognises a stream by this property
  }

  abort (): void {
    this.status = 'aborted'
    this.remoteWriteStatus = 'closed'
    this.#onAbort()
  }

  #answer (script: MuxedAnswers): void {
    const { protocol = '' } = this.#acceptance

    for (const part of script[protocol] ?? []) {
      if (part !== 'hang') {
        this.#say(part)
      }
    }
  }

  #say (bytes: Uint8Array): void {
    queueMicrotask(() => {
      this.dispatchEvent(new StreamMessageEvent(bytes))
    })
  }
}
