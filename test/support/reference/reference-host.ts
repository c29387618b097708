// A node that only dials. All features by which libp2p keeps connections, discovers peers or limits dials are
// disabled or have high limits: the crawl decides all of that itself. It dials through the transport manager, since
// the dial queue tries a peer's addresses one after another.
import { generateKeyPair, publicKeyToProtobuf } from '@libp2p/crypto/keys'
import { noise } from '@libp2p/noise'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { createLibp2p } from 'libp2p'
import { encodeIdentify, IDENTIFY_PROTOCOL } from '../../../crawler/identify/identify-message.ts'
import { frame } from '../../../crawler/wire/frames.ts'
import { forgetfulDatastore } from './forgetful-datastore.ts'
import type { Connection, Libp2p, StreamHandler } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'

/** Time limit of writing our identify message, in milliseconds. */
const ANSWER_TIMEOUT_MS = 5_000

/** libp2p's progress events of a dial. */
export interface DialProgress {
  type: string
}

/** Settings of one dial. */
export interface HostDialOptions {
  signal: AbortSignal
  onProgress: (event: DialProgress) => void
}

interface TransportManager {
  dial (address: Multiaddr, options: HostDialOptions): Promise<Connection>
}

/** A libp2p node for outbound connections only. */
export class ReferenceHost implements AsyncDisposable {
  readonly #node: Libp2p
  readonly #transportManager: TransportManager

  private constructor (node: Libp2p, transportManager: TransportManager) {
    this.#node = node
    this.#transportManager = transportManager
  }

  /** @param agentVersion agent version that remotes see */
  static async open (agentVersion: string, signal: AbortSignal): Promise<ReferenceHost> {
    signal.throwIfAborted()
    const privateKey = await generateKeyPair('Ed25519')
    let transportManager: TransportManager | undefined
    const node = await createLibp2p({
      ...NODE_OPTIONS,
      privateKey,
      nodeInfo: { userAgent: agentVersion },
      services: {
        // the library offers no other access to the transport manager
        components (components) {
          transportManager = components.transportManager

          return {}
        }
      }
    })
    const answer = answerIdentify(publicKeyToProtobuf(privateKey.publicKey), agentVersion)
    await node.handle(IDENTIFY_PROTOCOL, answer, { maxInboundStreams: 2, runOnLimitedConnection: true })

    if (transportManager === undefined) {
      throw new TypeError('libp2p did not make its services')
    }

    return new ReferenceHost(node, transportManager)
  }

  /** Dials one address without a peer id in it, and secures the connection. The caller compares the remote's id. */
  async dial (address: Multiaddr, options: HostDialOptions): Promise<Connection> {
    return await this.#transportManager.dial(address, options)
  }

  /** Open connections, for tests and metrics. */
  get openConnections (): number {
    return this.#node.getConnections().length
  }

  /** Stored peers: none. */
  async rememberedPeers (): Promise<number> {
    return (await this.#node.peerStore.all()).length
  }

  async [Symbol.asyncDispose] (): Promise<void> {
    await this.#node.stop()
  }
}

const NODE_OPTIONS = {
  addresses: { listen: [] },
  transports: [tcp()],
  connectionEncrypters: [noise()],
  streamMuxers: [yamux({
    // a visit is over before a keep-alive would be due
    enableKeepAlive: false,
    maxInboundStreams: 4,
    maxOutboundStreams: 8,
    streamOptions: { initialStreamWindowSize: 262_144, maxStreamWindowSize: 262_144, maxReadBufferLength: 524_288 }
  })],
  datastore: forgetfulDatastore,
  connectionGater: { denyDialMultiaddr: () => false },
  connectionManager: { maxConnections: 1_000_000, reconnectRetries: 0 },
  connectionMonitor: { enabled: false }
}

/** Some remotes close the connection of peers that do not answer identify. The answer is encoded once. */
function answerIdentify (publicKey: Uint8Array, agentVersion: string): StreamHandler {
  const answer = frame(encodeIdentify({ publicKey, protocolVersion: 'ipfs/0.1.0', agentVersion, protocols: [IDENTIFY_PROTOCOL] }))

  return async (stream) => {
    stream.send(answer)
    await stream.close({ signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS) })
  }
}
