import { multiaddr } from '@multiformats/multiaddr'
import { connectingPeer } from '../libp2p/connecting-peer.ts'
import { KAD_PROTOCOL } from '../network/peer-fixtures.ts'
import type { ConnectingPeer } from '../libp2p/connecting-peer.ts'

const SERVERS = [
  { agentVersion: 'kubo/0.40.0/one', transport: 'tcp/0' },
  { agentVersion: 'kubo/0.41.0/two', transport: 'tcp/0/ws' },
  { agentVersion: 'go-ipfs/0.8.0/three', transport: 'udp/0/quic-v1' }
]

/** A small network of real libp2p peers: DHT servers of several agents and transports that know one another, and a client. */
export class MonitoredNetwork implements AsyncDisposable {
  /** Multiaddr of a peer that knows the others. */
  readonly bootstrap: string

  readonly #peers: readonly ConnectingPeer[]

  private constructor (bootstrap: string, peers: readonly ConnectingPeer[]) {
    this.bootstrap = bootstrap
    this.#peers = peers
  }

  /** Starts the peers at an address of this machine. */
  static async open (host: string): Promise<MonitoredNetwork> {
    const servers = await Promise.all(SERVERS.map(async ({ agentVersion, transport }) => {
      return await connectingPeer({ agentVersion, listen: [`/ip4/${host}/${transport}`], kadProtocol: KAD_PROTOCOL })
    }))
    const client = await connectingPeer({ agentVersion: 'a-client/1' })
    const bootstrap = servers[0]!.getMultiaddrs()[0]!
    const network = new MonitoredNetwork(bootstrap.toString(), [...servers, client])

    try {
      await Promise.all(servers.slice(1).map(async (server) => {
        await server.dial(bootstrap)
      }))
    } catch (err) {
      await network[Symbol.asyncDispose]()
      throw err
    }

    return network
  }

  /** Has all peers connect to a passive node. */
  async visit (address: string): Promise<void> {
    for (const peer of this.#peers) {
      await peer.dial(multiaddr(address))
    }
  }

  async [Symbol.asyncDispose] (): Promise<void> {
    await Promise.all(this.#peers.map(async (peer) => {
      await peer[Symbol.asyncDispose]()
    }))
  }
}
