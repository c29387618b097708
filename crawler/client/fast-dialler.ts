import { encodeIdentify } from '../identify/identify-message.ts'
import { HostKey } from '../peer/host-key.ts'
import { peerFault } from '../peer/peer-fault.ts'
import { frame } from '../wire/frames.ts'
import { Connector } from './connector.ts'
import { FastSession } from './fast-session.ts'
import { SERVED_PROTOCOLS } from './inbound-stream.ts'
import { createNoiseCredentials } from './noise/noise.ts'
import { hasRoute, routeOf } from './route.ts'
import { Proposal } from './stream/multistream.ts'
import { YAMUX_PROTOCOL } from './yamux/yamux.ts'
import type { Clock } from '../../core/time/clock.ts'
import type { Address } from '../address/address-reader.ts'
import type { Dialler, Session } from '../dial/session.ts'
import type { SecuredLink } from './secured-link.ts'

export interface FastDiallerDeps {
  clock: Clock

  /** In [0, 1). */
  random: () => number
}

/** How we appear to the peers that we visit. */
export interface FastDiallerOptions {
  /** Told to remotes that ask: should name a contact. */
  agentVersion: string

  /** Told to remotes that ask. @default ipfs/0.1.0 */
  protocolVersion?: string
}

/** Proposals that are kept: a crawl's candidate protocols are few, and remotes add what they detect. */
const MAX_PROPOSALS = 64

/**
 * The fast lane: a client of our own for TCP, WebSocket and relays that speaks Noise or TLS, yamux and multistream, for visits only.
 *
 * It exists because it costs a fifth of a whole node's CPU per peer. It has one key for its whole
 * life, listens nowhere, and leaves a connection by resetting it.
 */
export class FastDialler implements Dialler {
  readonly lane = 'fast'
  readonly #deps: FastDiallerDeps
  readonly #connector: Connector
  readonly #proposals = new Map<string, Proposal>()

  constructor (deps: FastDiallerDeps, { agentVersion, protocolVersion = 'ipfs/0.1.0' }: FastDiallerOptions) {
    const key = HostKey.generate()
    const host = {
      noise: createNoiseCredentials(key, [YAMUX_PROTOCOL]),
      identifyReply: frame(encodeIdentify({ publicKey: key.message, protocolVersion, agentVersion, protocols: SERVED_PROTOCOLS }))
    }
    this.#deps = deps
    this.#connector = new Connector({ clock: deps.clock, key, host })
  }

  /** TCP and WebSocket, and either through a relay; /dnsaddr, which says what it leads to only when it is resolved. */
  supports (address: Address): boolean {
    return hasRoute(address)
  }

  async dial (address: Address, peerId: Uint8Array, signal: AbortSignal): Promise<Session> {
    const route = routeOf(address)

    if (route === undefined) {
      throw peerFault('unsupported-transport', 'the fast lane does not dial this')
    }

    const { link, isLimited } = await this.#connector.connect(route, peerId, signal)

    if (signal.aborted) {
      link[Symbol.dispose]()
      throw signal.reason
    }

    const redial = async (redialSignal: AbortSignal): Promise<SecuredLink> => (await this.#connector.connect(route, peerId, redialSignal)).link

    return new FastSession({ ...this.#deps, via: { transport: route.transport, limited: isLimited }, redial, proposalOf: this.#proposalOf }, link)
  }

  readonly #proposalOf = (protocol: string): Proposal => {
    const known = this.#proposals.get(protocol)

    if (known !== undefined) {
      return known
    }

    const proposal = new Proposal(protocol)

    if (this.#proposals.size < MAX_PROPOSALS) {
      this.#proposals.set(protocol, proposal)
    }

    return proposal
  }
}
