import { formatIp } from '../visit/ip-text.ts'
import { outcomeOfFault, peerFault } from '../visit/peer-fault.ts'
import { frame } from '../wire/frames.ts'
import { encodeIdentify } from '../wire/identify-message.ts'
import { FastSession } from './fast-session.ts'
import { HostKey } from './host-key.ts'
import { SERVED_PROTOCOLS } from './inbound-stream.ts'
import { Link } from './link.ts'
import { Proposal } from './multistream.ts'
import { createNoiseCredentials } from './noise.ts'
import { createTlsContext } from './tls-certificate.ts'
import { TlsLink } from './tls-link.ts'
import { YAMUX_PROTOCOL } from './yamux.ts'
import type { Clock } from '../../core/clock.ts'
import type { Address } from '../visit/address-reader.ts'
import type { Dialler, Session } from '../visit/session.ts'
import type { HostCredentials } from './connection.ts'
import type { SocketLink, SocketTarget } from './socket-link.ts'
import type { SecureContext } from 'node:tls'

/** What the dialler needs. */
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
 * The fast lane: a TCP client of our own that speaks Noise or TLS, yamux and multistream, for visits only.
 *
 * It exists because it costs a fifth of a whole node's CPU per peer. It has one key for its whole
 * life, listens nowhere, and leaves a connection by resetting it.
 */
export class FastDialler implements Dialler {
  readonly lane = 'fast'
  readonly #deps: FastDiallerDeps
  readonly #key = HostKey.generate()
  readonly #host: HostCredentials
  readonly #proposals = new Map<string, Proposal>()

  /** Made for the first remote that needs it. */
  #context: SecureContext | undefined

  constructor (deps: FastDiallerDeps, { agentVersion, protocolVersion = 'ipfs/0.1.0' }: FastDiallerOptions) {
    this.#deps = deps
    this.#host = {
      noise: createNoiseCredentials(this.#key, [YAMUX_PROTOCOL]),
      identifyReply: frame(encodeIdentify({ publicKey: this.#key.message, protocolVersion, agentVersion, protocols: SERVED_PROTOCOLS }))
    }
  }

  /** TCP, and /dnsaddr, which says what it leads to only when it is resolved. */
  supports ({ transport }: Address): boolean {
    return transport === 'tcp' || transport === undefined
  }

  async dial (address: Address, peerId: Uint8Array, signal: AbortSignal): Promise<Session> {
    const target = { ip: formatIp(address.host), port: address.port, peerId }
    const redial = async (redialSignal: AbortSignal): Promise<SocketLink> => await this.#link(target, redialSignal)
    const link = await redial(signal)

    if (signal.aborted) {
      link[Symbol.dispose]()
      throw signal.reason
    }

    return new FastSession({ ...this.#deps, redial, proposalOf: this.#proposalOf }, link)
  }

  /** A link to the target, by Noise, or by TLS where the remote refuses that. */
  async #link (target: SocketTarget, signal: AbortSignal): Promise<SocketLink> {
    try {
      return await this.#linkByNoise(target, signal)
    } catch (err) {
      if (outcomeOfFault(err) !== 'security-unsupported') {
        throw err
      }
    }

    return await this.#linkByTls(target, signal)
  }

  async #linkByTls (target: SocketTarget, signal: AbortSignal): Promise<TlsLink> {
    const { clock } = this.#deps
    this.#context ??= createTlsContext(this.#key, clock.now())
    const link = TlsLink.start({ clock, context: this.#context, identifyReply: this.#host.identifyReply }, target)

    try {
      await link.secured(signal)
    } catch (err) {
      throw outcomeOfFault(err) === 'reset' && link.isConnected && !link.isAgreed
        ? peerFault('security-unsupported', 'the remote closes the connection when asked for Noise or TLS', err)
        : err
    }

    return link
  }

  /** Optimistically; a close before Noise may be a refusal that was lost, and is tried once more without optimism. */
  async #linkByNoise (target: SocketTarget, signal: AbortSignal): Promise<Link> {
    const link = this.#start(target, true)

    try {
      await link.secured(signal)

      return link
    } catch (err) {
      if (!isLostRefusal(link, err)) {
        throw err
      }
    }

    return await this.#linkPatiently(target, signal)
  }

  /** A remote that speaks multistream and closes all the same when asked for Noise alone does not speak Noise. */
  async #linkPatiently (target: SocketTarget, signal: AbortSignal): Promise<Link> {
    const link = this.#start(target, false)

    try {
      await link.secured(signal)
    } catch (err) {
      throw isLostRefusal(link, err) && link.connection.isMultistream
        ? peerFault('security-unsupported', 'the remote closes the connection when asked for Noise', err)
        : err
    }

    return link
  }

  #start (target: SocketTarget, isOptimistic: boolean): Link {
    return Link.start({ clock: this.#deps.clock, host: this.#host }, { ...target, isOptimistic })
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

function isLostRefusal (link: Link, err: unknown): boolean {
  return outcomeOfFault(err) === 'reset' && link.isConnected && link.connection.phase === 'selecting'
}
