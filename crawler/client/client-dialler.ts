import { encodeIdentify } from '../identify/identify-message.ts'
import { HostKey } from '../peer/host-key.ts'
import { peerFault } from '../peer/peer-fault.ts'
import { frame } from '../wire/frames.ts'
import { ClientSession } from './client-session.ts'
import { Connector } from './connector.ts'
import { SERVED_PROTOCOLS } from './inbound-stream.ts'
import { createNoiseCredentials } from './noise/noise.ts'
import { hasRoute, routeOf } from './route.ts'
import { Proposal } from './stream/multistream.ts'
import { YAMUX_PROTOCOL } from './yamux/yamux.ts'
import type { Clock } from '../../core/time/clock.ts'
import type { Address } from '../address/address-reader.ts'
import type { Dialler, Session } from '../dial/session.ts'
import type { SecuredLink } from './secured-link.ts'

export interface ClientDiallerDeps {
  clock: Clock

  /** In [0, 1). */
  random: () => number
}

/** The identity shown to visited peers. */
export interface ClientDiallerOptions {
  /** Sent to remotes that ask: should contain a contact. */
  agentVersion: string

  /** Sent to remotes that ask. @default ipfs/0.1.0 */
  protocolVersion?: string
}

/** Proposals kept: a crawl has few candidate protocols, and learnt ones add to them. */
const MAX_PROPOSALS = 64

/**
 * Our own client for TCP, WebSocket and relays, with Noise or TLS, yamux and multistream, for outbound visits only.
 *
 * It takes a fifth of the CPU per peer of a whole libp2p node. It has one key for its whole life, does not listen,
 * and closes connections by a reset.
 */
export class ClientDialler implements Dialler {
  readonly lane = 'fast'
  readonly #deps: ClientDiallerDeps
  readonly #connector: Connector
  readonly #proposals = new Map<string, Proposal>()

  constructor (deps: ClientDiallerDeps, { agentVersion, protocolVersion = 'ipfs/0.1.0' }: ClientDiallerOptions) {
    const key = HostKey.generate()
    const host = {
      noise: createNoiseCredentials(key, [YAMUX_PROTOCOL]),
      identifyReply: frame(encodeIdentify({ publicKey: key.message, protocolVersion, agentVersion, protocols: SERVED_PROTOCOLS }))
    }
    this.#deps = deps
    this.#connector = new Connector({ clock: deps.clock, key, host })
  }

  /** TCP and WebSocket, directly or through a relay; also an unresolved /dnsaddr, which may lead to any address. */
  supports (address: Address): boolean {
    return hasRoute(address)
  }

  async dial (address: Address, peerId: Uint8Array, signal: AbortSignal): Promise<Session> {
    const route = routeOf(address)

    if (route === undefined) {
      throw peerFault('unsupported-transport', 'this client does not dial such addresses')
    }

    const { link, isLimited } = await this.#connector.connect(route, peerId, signal)

    if (signal.aborted) {
      link[Symbol.dispose]()
      throw signal.reason
    }

    const redial = async (redialSignal: AbortSignal): Promise<SecuredLink> => (await this.#connector.connect(route, peerId, redialSignal)).link

    return new ClientSession({ ...this.#deps, via: { transport: route.transport, limited: isLimited }, redial, proposalOf: this.#proposalOf }, link)
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
