// A small network on the node's address whose peers come and go: agents of several families, peers that are clients of the DHT,
// and addresses at which nobody answers. Each peer that serves the DHT names all of them.
import { randomBytes } from 'node:crypto'
import { multiaddr } from '@multiformats/multiaddr'
import { formatPeerId } from '../../../crawler/peer/peer-id-text.ts'
import { frame } from '../../../crawler/wire/frames.ts'
import { findNodeReply, KAD_PROTOCOL } from '../network/peer-fixtures.ts'
import { answering, startPeer } from '../network/peers.ts'
import type { PeerRecord } from '../../../crawler/peer/peer-record.ts'
import type { NodePeer } from '../network/peers.ts'

const PEERS = 24
const AGENTS = ['kubo/0.42.0/1', 'kubo/0.42.0/1', 'kubo/0.41.0/1', 'kubo/0.36.0/1', 'rust-libp2p/0.56', 'js-libp2p/3.1', 'storm', 'go-ipfs/0.8.0']
const CLIENT_EVERY = 4
const DEAD_EVERY = 3
const DEAD_PORT = 1
const VISITORS = 3

/** See the head of this file. */
export class ChangingNetwork implements AsyncDisposable {
  readonly #host: string
  readonly #peers: NodePeer[] = []
  readonly #dead: PeerRecord[] = []
  #started = 0

  private constructor (host: string) {
    this.#host = host
  }

  /** @param count living peers; a third as many are dead */
  static async open (host: string, count = PEERS): Promise<ChangingNetwork> {
    const network = new ChangingNetwork(host)

    try {
      await network.add(count)
    } catch (err) {
      await network[Symbol.asyncDispose]()
      throw err
    }

    return network
  }

  /** Where a crawl begins: the first peer, which never goes. */
  get bootstrap (): string {
    const [{ node, id }] = this.#peers as [NodePeer]

    return `${node.getMultiaddrs()[0]!.decapsulate('/p2p').toString()}/p2p/${formatPeerId(id)}`
  }

  /** Starts peers. */
  async add (count: number): Promise<void> {
    for (let i = 0; i < count; i++) {
      const number = this.#started++
      const serve = number % CLIENT_EVERY === CLIENT_EVERY - 1 ? {} : { [KAD_PROTOCOL]: answering(() => frame(findNodeReply(this.#records()))) }
      this.#peers.push(await startPeer({ host: this.#host, serve, agentVersion: AGENTS[number % AGENTS.length]! }))

      if (number % DEAD_EVERY === 0) {
        this.#dead.push({ id: new Uint8Array([0x12, 0x20, ...randomBytes(32)]), addresses: [multiaddr(`/ip4/${this.#host}/tcp/${String(DEAD_PORT)}`).bytes] })
      }
    }
  }

  /** Stops peers, those that stand longest first, and starts as many; their dead ones go with them. */
  async replace (count: number): Promise<void> {
    for (const peer of this.#peers.splice(1, count)) {
      await peer[Symbol.asyncDispose]()
    }
    const dead = this.#dead.length
    await this.add(count)
    this.#dead.splice(0, this.#dead.length - dead)
  }

  /** Has the peers that were started last connect to a passive node, each by a connection that stays. */
  async visit (address: string): Promise<void> {
    for (const { node } of this.#peers.slice(-VISITORS)) {
      await node.dial(multiaddr(address))
    }
  }

  async [Symbol.asyncDispose] (): Promise<void> {
    await Promise.all(this.#peers.map(async (peer) => {
      await peer[Symbol.asyncDispose]()
    }))
  }

  #records (): PeerRecord[] {
    return [...this.#peers.map(({ id, address }) => ({ id, addresses: [address] })), ...this.#dead]
  }
}
