import { identify } from '@libp2p/identify'
import { noise } from '@libp2p/noise'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { multiaddr } from '@multiformats/multiaddr'
import { createLibp2p } from 'libp2p'
import { systemClock } from '../../core/time/clock.ts'
import { isAbort } from '../../core/time/signals.ts'
import { sleep } from '../../core/time/sleep.ts'
import type { PeerId, PrivateKey } from '@libp2p/interface'
import type { Libp2p } from 'libp2p'

/** Settings of such a peer. */
export interface DialInPeerOptions {
  key: PrivateKey
  agentVersion: string

  /** TCP port on loopback to dial. Nothing needs to listen there yet. */
  port: number
}

const RETRY_MS = 200
const CHECK_MS = 1_000

/**
 * A peer that listens nowhere and is in no routing table, like a peer behind NAT. It dials a port, stays connected, and
 * dials again after a disconnect. Only the peers that it dials know it.
 */
export class DialInPeer implements AsyncDisposable {
  readonly #node: Libp2p
  readonly #port: number
  readonly #life = new AbortController()
  readonly #done: Promise<void>

  private constructor (node: Libp2p, port: number) {
    this.#node = node
    this.#port = port
    this.#done = this.#stayConnected()
  }

  /** Starts to dial. Nothing needs to listen yet. */
  static async open ({ key, agentVersion, port }: DialInPeerOptions): Promise<DialInPeer> {
    return new DialInPeer(await createLibp2p({
      privateKey: key,
      nodeInfo: { userAgent: agentVersion },
      addresses: { listen: [] },
      transports: [tcp()],
      connectionEncrypters: [noise()],
      streamMuxers: [yamux()],
      connectionManager: { reconnectRetries: 0 },
      connectionMonitor: { enabled: false },
      services: { identify: identify() }
    }), port)
  }

  get id (): PeerId {
    return this.#node.peerId
  }

  /** Protocols that it serves, sorted. */
  get protocols (): string[] {
    return this.#node.getProtocols().sort()
  }

  async [Symbol.asyncDispose] (): Promise<void> {
    this.#life.abort()
    await this.#done
    await this.#node.stop()
  }

  async #stayConnected (): Promise<void> {
    const { signal } = this.#life

    while (!signal.aborted) {
      const isConnected = this.#node.getConnections().length > 0 || await this.#come(signal)

      try {
        await sleep(systemClock, isConnected ? CHECK_MS : RETRY_MS, signal)
      } catch (err) {
        if (!isAbort(err)) {
          throw err
        }
      }
    }
  }

  async #come (signal: AbortSignal): Promise<boolean> {
    try {
      await this.#node.dial(multiaddr(`/ip4/127.0.0.1/tcp/${String(this.#port)}`), { signal })
      return true
    } catch {
      return false // nothing listens there at the moment: it dials again later
    }
  }
}
