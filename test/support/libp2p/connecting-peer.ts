// A js-libp2p peer that connects to a passive node.
import { quic } from '@chainsafe/libp2p-quic'
import { identify } from '@libp2p/identify'
import { kadDHT, passthroughMapper } from '@libp2p/kad-dht'
import { noise } from '@libp2p/noise'
import { ping } from '@libp2p/ping'
import { tcp } from '@libp2p/tcp'
import { webSockets } from '@libp2p/websockets'
import { yamux } from '@libp2p/yamux'
import { createLibp2p } from 'libp2p'
import { defined } from '../../../core/defined.ts'
import type { Libp2p } from '@libp2p/interface'
import type { SingleKadDHT } from '@libp2p/kad-dht'

/** Settings of such a peer. */
export interface ConnectingPeerOptions {
  /** Multiaddrs that it listens on. @default none */
  listen?: string[]

  /** Protocol of its DHT server; without it, it serves no DHT. */
  kadProtocol?: string

  agentVersion?: string

  /** @default true */
  identifies?: boolean

  /** Local IP address of its TCP connections. */
  from?: string
}

/** A peer that is closed when it is disposed of. */
export type ConnectingPeer = Libp2p<{ dht: SingleKadDHT }> & AsyncDisposable

/** Starts a peer. */
export async function connectingPeer ({ listen = [], kadProtocol, agentVersion = 'strange/1', identifies = true, from }: ConnectingPeerOptions = {}): Promise<ConnectingPeer> {
  const node = await createLibp2p({
    nodeInfo: { userAgent: agentVersion },
    addresses: { listen },
    transports: [tcp(from === undefined ? {} : { dialOpts: { localAddress: from } as never }), quic(), webSockets()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    connectionGater: { denyDialMultiaddr: () => false },
    connectionMonitor: { enabled: false },
    services: {
      ping: ping(),
      ...defined({
        identify: identifies ? identify() : undefined,
        dht: kadProtocol === undefined ? undefined : kadDHT({ protocol: kadProtocol, clientMode: false, peerInfoMapper: passthroughMapper })
      })
    } as never
  })

  return Object.assign(node as Libp2p<{ dht: SingleKadDHT }>, { [Symbol.asyncDispose]: async () => {
    await node.stop()
  } })
}
