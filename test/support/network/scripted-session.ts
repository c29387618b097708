import { peerFault } from '../../../crawler/peer/peer-fault.ts'
import { frame } from '../../../crawler/wire/frames.ts'
import { ProtobufWriter } from '../../../crawler/wire/protobuf.ts'
import type { Outcome } from '../../../core/contracts/outcome.ts'
import type { Dialler, QueryStream, ReadStream, Session } from '../../../crawler/dial/session.ts'

/** Script of a remote. */
export interface SessionScript {
  /** Bytes of identify before its end, another behaviour, or the fault of opening it. Without it, identify never settles. */
  identify?: Uint8Array | Outcome | readonly Chunk[]

  /** Protocols that it serves. */
  protocols?: readonly string[]

  /** The chunks that each DHT stream sends before it ends; `hang` keeps it open, `reset` resets it. */
  streams?: readonly (readonly Chunk[])[]
}

/** Bytes that arrive, or silence, or a reset. */
export type Chunk = Uint8Array | 'hang' | 'reset'

/** A scripted remote. */
export class ScriptedSession implements Session {
  readonly connection = { transport: 'tcp', security: '/noise', muxer: '/yamux/1.0.0', limited: false } as const
  readonly latency = { ms: 40, errorMs: 0 }

  /** Whether the visit closed it. */
  isClosed = false

  /** Streams that are still open. */
  openStreams = 0

  /** First requests of each opened stream, and later ones. */
  readonly sent: Uint8Array[][] = []

  readonly #script: SessionScript

  constructor (script: SessionScript) {
    this.#script = script
  }

  async openIdentify (): Promise<ReadStream> {
    const { identify } = this.#script

    if (identify === undefined) {
      return await forever()
    }
    if (typeof identify === 'string') {
      throw peerFault(identify, 'as scripted')
    }

    return this.#stream(identify instanceof Uint8Array ? [identify] : identify)
  }

  async openQueries (protocols: readonly string[], first: Uint8Array): Promise<QueryStream | undefined> {
    const protocol = protocols.find(candidate => this.#script.protocols?.includes(candidate))

    if (protocol === undefined) {
      return undefined
    }

    const chunks = this.#script.streams?.[this.sent.length] ?? []
    const sent = [first]
    this.sent.push(sent)

    return { protocol, send: requests => sent.push(requests), ...this.#stream(chunks) }
  }

  [Symbol.dispose] (): void {
    this.isClosed = true
  }

  #stream (script: readonly Chunk[]): ReadStream {
    const chunks = [...script]
    let isOpen = true
    this.openStreams++

    return {
      async read () {
        const chunk = chunks.shift()

        if (chunk === 'hang') {
          return await forever()
        }
        if (chunk === 'reset') {
          throw peerFault('reset', 'as scripted')
        }

        return chunk
      },
      [Symbol.dispose]: () => {
        this.openStreams -= isOpen ? 1 : 0
        isOpen = false
      }
    }
  }
}

/** A dialler that opens scripted sessions. */
export function scriptedDialler (dial: Dialler['dial']): Dialler {
  return { lane: 'fast', supports: ({ transport }) => transport === 'tcp' || transport === undefined, dial }
}

/** An identify stream that lists these protocols. */
export function identifyBytes (agentVersion: string, protocols: readonly string[]): Uint8Array {
  const writer = new ProtobufWriter().text(6, agentVersion)
  protocols.forEach(protocol => writer.text(3, protocol))

  return frame(writer.finish())
}

async function forever (): Promise<never> {
  return await new Promise(() => {
    // callers have a deadline
  })
}
