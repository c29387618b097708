import { peerFault } from '../../../crawler/peer/peer-fault.ts'
import { frame } from '../../../crawler/wire/frames.ts'
import { findNodeReply, nobodyId } from './peer-fixtures.ts'
import { identifyBytes, scriptedDialler } from './scripted-session.ts'
import type { Dialler, QueryStream, Session } from '../../../crawler/dial/session.ts'
import type { PeerRecord } from '../../../crawler/peer/peer-record.ts'

/** The protocols of a peer in the order of its list, each with the peers in its answers. */
export type Serves = Record<string, readonly string[]>

/** An in-memory network whose peers are named by letters and may serve several DHT protocols. */
export class ProtocolNetwork {
  /** Streams that were opened, as `<peer> <protocol>`. */
  readonly opened: string[] = []

  readonly #peers: ReadonlyMap<string, Serves>

  constructor (peers: Record<string, Serves>) {
    this.#peers = new Map(Object.entries(peers))
  }

  /** A peer as in the answers of others. */
  record (letter: string): PeerRecord {
    const n = letter.charCodeAt(0)

    return { id: nobodyId(n), addresses: [Uint8Array.of(4, 127, 0, 0, n, 6, 0x0f, 0xa1)] }
  }

  /** The letter of a peer. */
  letterOf (id: Uint8Array): string {
    return [...this.#peers.keys()].find(letter => Buffer.compare(nobodyId(letter.charCodeAt(0)), id) === 0) ?? '?'
  }

  get dialler (): Dialler {
    return scriptedDialler(async (_, id) => await Promise.resolve(this.#sessionWith(this.letterOf(id))))
  }

  #sessionWith (letter: string): Session {
    const serves = this.#peers.get(letter)

    if (serves === undefined) {
      throw peerFault('refused', 'nobody')
    }

    return {
      connection: { transport: 'tcp', security: '/noise', muxer: '/yamux/1.0.0', limited: false },
      latency: { ms: 1, errorMs: 0 },
      openIdentify: async () => {
        const messages = [identifyBytes(`peer/${letter}`, ['/ipfs/id/1.0.0', ...Object.keys(serves)])]

        return await Promise.resolve({ read: async () => await Promise.resolve(messages.shift()), [Symbol.dispose]: () => undefined })
      },
      openQueries: async protocols => await Promise.resolve(this.#open(letter, protocols, serves)),
      [Symbol.dispose] () {
        // there is nothing to close
      }
    }
  }

  #open (letter: string, protocols: readonly string[], serves: Serves): QueryStream | undefined {
    const protocol = protocols.find(candidate => Object.hasOwn(serves, candidate))

    if (protocol === undefined) {
      return undefined
    }

    const reply = frame(findNodeReply(serves[protocol]?.map(other => this.record(other)) ?? []))
    const answers = [reply, reply]
    this.opened.push(`${letter} ${protocol}`)

    return {
      protocol,
      send: () => undefined,
      [Symbol.dispose]: () => undefined,
      read: async () => await Promise.resolve(answers.shift())
    }
  }
}
