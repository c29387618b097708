import { createServer } from 'node:net'
import { generateKeyPair } from '@libp2p/crypto/keys'
import { identify } from '@libp2p/identify'
import { noise } from '@libp2p/noise'
import { tcp } from '@libp2p/tcp'
import { byteStream } from '@libp2p/utils'
import { yamux } from '@libp2p/yamux'
import { multiaddr } from '@multiformats/multiaddr'
import { createLibp2p } from 'libp2p'
import { defined } from '../../../core/defined.ts'
import { IDENTIFY_PROTOCOL } from '../../../crawler/identify/identify-message.ts'
import { FrameReader, frame } from '../../../crawler/wire/frames.ts'
import { findNodeReply } from './peer-fixtures.ts'
import type { VisitTarget } from '../../../crawler/dht/visit-target.ts'
import type { PeerRecord } from '../../../crawler/peer/peer-record.ts'
import type { Libp2p, Stream } from '@libp2p/interface'
import type { ServiceFactoryMap } from 'libp2p'
import type { AddressInfo, Socket } from 'node:net'

/** Key types of a js-libp2p node, which cannot have an ECDSA key. */
export const KEY_TYPES = ['Ed25519', 'secp256k1', 'RSA'] as const

/** A peer to visit. */
export interface TestPeer extends AsyncDisposable {
  id: Uint8Array

  /** Binary multiaddr without /p2p. */
  address: Uint8Array

  target: VisitTarget
}

/** A peer with a libp2p node. */
export interface NodePeer extends TestPeer {
  node: Libp2p
}

/** Settings of a libp2p peer. */
export interface NodePeerOptions {
  keyType?: typeof KEY_TYPES[number]

  /** IP address to listen on. @default 127.0.0.1 */
  host?: string

  /** DHT protocols with their handlers. @default none: a client */
  serve?: Record<string, (stream: Stream) => void>

  /** Handler of identify instead of the library's. */
  identify?: (stream: Stream) => void

  agentVersion?: string
}

/** Starts a libp2p node on a free port. */
export async function startPeer (options: NodePeerOptions = {}): Promise<NodePeer> {
  const { keyType = 'Ed25519', host = '127.0.0.1', serve = {}, identify: ownIdentify } = options
  const node = await createLibp2p({
    privateKey: await createKey(keyType),
    nodeInfo: { userAgent: options.agentVersion ?? 'test-peer/1.0' },
    addresses: { listen: [`/${host.includes(':') ? 'ip6' : 'ip4'}/${host}/tcp/0`] },
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    connectionManager: { inboundConnectionThreshold: 1_000 },
    connectionMonitor: { enabled: false },
    services: services(ownIdentify === undefined)
  })

  for (const [protocol, handler] of Object.entries({ ...serve, ...defined({ [IDENTIFY_PROTOCOL]: ownIdentify }) })) {
    await node.handle(protocol, handler)
  }

  const [listening] = node.getMultiaddrs()

  if (listening === undefined) {
    throw new TypeError('the peer does not listen')
  }

  return {
    node,
    ...peerAt(node.peerId.toMultihash().bytes, listening.decapsulate('/p2p').bytes),
    async [Symbol.asyncDispose] () {
      await node.stop()
    }
  }
}

function services (identifies: boolean): ServiceFactoryMap {
  return identifies ? { identify: components => identify({ runOnConnectionOpen: false })(components) } : {}
}

async function createKey (keyType: typeof KEY_TYPES[number]): ReturnType<typeof generateKeyPair> {
  switch (keyType) {
    case 'Ed25519': return await generateKeyPair('Ed25519')
    case 'secp256k1': return await generateKeyPair('secp256k1')
    case 'RSA': return await generateKeyPair('RSA', 2_048)
  }
}

/** A visit target with one address and the queries of a Census. */
export function peerAt (id: Uint8Array, address: Uint8Array): Pick<TestPeer, 'id' | 'address' | 'target'> {
  return { id, address, target: { id, addresses: [address], plan: { strategy: 'Census', bucket: 0 } } }
}

/** Serves a protocol of framed requests. `answer` returns the answer to a request and its number; undefined means no answer. */
export function answering (answer: (request: Uint8Array, n: number) => Uint8Array | undefined): (stream: Stream) => void {
  return (stream) => {
    const frames = new FrameReader(65_536)
    const bytes = byteStream(stream)
    let n = 0

    const serve = async (): Promise<void> => {
      for (let chunk = await bytes.read(); chunk !== null; chunk = await bytes.read()) {
        frames.push(chunk.subarray())

        for (let request = frames.next(); request !== undefined; request = frames.next()) {
          const reply = answer(request, n++)

          if (reply !== undefined) {
            stream.send(reply)
          }
        }
      }
    }
    serve().catch(() => {
      // the visitor closes its connections by a reset
    })
  }
}

/** Serves FIND_NODE with the same peers for each request. */
export function serving (peers: readonly PeerRecord[]): (stream: Stream) => void {
  const reply = frame(findNodeReply(peers))

  return answering(() => reply)
}

/** Sends bytes once and ends the stream. */
export function saying (bytes: Uint8Array): (stream: Stream) => void {
  return (stream) => {
    stream.send(bytes)
    stream.close().catch(() => {
      // the visitor closes its connections by a reset
    })
  }
}

/** Accepts streams and never sends anything. */
export function silence (): void {
  // sends nothing
}

/** A peer whose address is a plain socket: `onSocket` handles each connection. */
export async function startSocketPeer (id: Uint8Array, onSocket: (socket: Socket) => void): Promise<TestPeer> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {
      // the visitor closes its connections by a reset
    })
    onSocket(socket)
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo

  return {
    ...peerAt(id, multiaddr(`/ip4/127.0.0.1/tcp/${String(port)}`).bytes),
    async [Symbol.asyncDispose] () {
      sockets.forEach(socket => socket.destroy())
      await new Promise<void>((resolve) => {
        server.close(() => {
          resolve()
        })
      })
    }
  }
}

/** A loopback address with a closed port. */
export async function deadAddress (): Promise<Uint8Array> {
  await using peer = await startSocketPeer(Uint8Array.of(0), () => {
    // there is no connection
  })

  return peer.address
}
