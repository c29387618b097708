import { BoundedCache } from '../../core/limits/bounded-cache.ts'
import { outcomeOfFault, peerFault } from '../peer/peer-fault.ts'
import { tcpCarrier } from './carrier/tcp-carrier.ts'
import { webSocketCarrier } from './carrier/web-socket-carrier.ts'
import { NoiseLink } from './noise-link.ts'
import { relayFault, relayTo } from './relay-carrier.ts'
import { TlsLink } from './tls-link.ts'
import { createTlsContext } from './tls/tls-certificate.ts'
import type { Clock } from '../../core/time/clock.ts'
import type { HostKey } from '../peer/host-key.ts'
import type { OpenCarrier } from './carrier/carrier.ts'
import type { ConnectionTarget, HostCredentials } from './connection.ts'
import type { NoiseCarrier } from './noise-link.ts'
import type { DirectRoute, RelayedRoute, Route } from './route.ts'
import type { SecuredLink } from './secured-link.ts'
import type { SecureContext } from 'node:tls'

export interface ConnectorDeps {
  clock: Clock
  key: HostKey
  host: HostCredentials
}

/** A secured link, and whether a relay limits it. */
export interface Connected { link: SecuredLink, isLimited: boolean }

/** Peers that support only TLS and are remembered, at least. */
const REMEMBERED = 10_000

/** Opens secured links: by Noise, or by TLS if a TCP peer refuses Noise. Also by Noise through relays. */
export class Connector {
  readonly #deps: ConnectorDeps

  /** Peers that refused Noise and accepted TLS: the next visit tries TLS first, which saves a useless connection. */
  readonly #takesTls = new BoundedCache<boolean>(REMEMBERED)

  /** Created for the first remote that needs it. */
  #context: SecureContext | undefined

  constructor (deps: ConnectorDeps) {
    this.#deps = deps
  }

  /** @param peerId multihash of the expected peer. @throws PP_PEER_FAULT, or the signal's reason; nothing stays open then */
  async connect (route: Route, peerId: Uint8Array, signal: AbortSignal): Promise<Connected> {
    return route.transport === 'relay' ? await this.#throughRelay(route, peerId, signal) : { link: await this.#direct(route, peerId, signal), isLimited: false }
  }

  async #direct (route: DirectRoute, peerId: Uint8Array, signal: AbortSignal): Promise<SecuredLink> {
    if (route.transport !== 'tcp') {
      return await this.#byNoise(webSocketCarrier(route), peerId, signal)
    }

    const name = Buffer.from(peerId).toString('latin1')
    const byNoise = async (): Promise<SecuredLink> => await this.#byNoise(tcpCarrier(route), peerId, signal)
    const byTls = async (): Promise<SecuredLink> => {
      const link = await this.#byTls(route, peerId, signal)
      this.#takesTls.set(name, true)

      return link
    }

    if (this.#takesTls.get(name) !== true) {
      return await orWhenRefused(byNoise, byTls)
    }

    // If TLS fails this time, the next visit tries Noise first.
    this.#takesTls.set(name, false)

    return await orWhenRefused(byTls, byNoise)
  }

  async #throughRelay ({ relay, relayId }: RelayedRoute, peerId: Uint8Array, signal: AbortSignal): Promise<Connected> {
    const toRelay = await this.#toRelay(relay, relayId, signal)

    try {
      const { open, isLimited } = await relayTo(toRelay, peerId, signal)
      const link = this.#start({ open, isConnectTimed: false }, { peerId, isOptimistic: false })
      await link.secured(signal)

      return { link, isLimited }
    } catch (err) {
      toRelay[Symbol.dispose]()
      throw err
    }
  }

  // A relay that cannot be reached is reported like any unreachable address. Any other fault is a refusal by the relay.
  async #toRelay (relay: DirectRoute, relayId: Uint8Array, signal: AbortSignal): Promise<SecuredLink> {
    try {
      return await this.#direct(relay, relayId, signal)
    } catch (err) {
      const outcome = outcomeOfFault(err)
      throw outcome === 'refused' || outcome === 'timeout' || outcome === 'unreachable' ? err : relayFault(err)
    }
  }

  /** Tries optimistically first. A close before Noise may mean a lost refusal, so the second try waits for the answer. */
  async #byNoise (open: OpenCarrier, peerId: Uint8Array, signal: AbortSignal): Promise<NoiseLink> {
    const link = this.#start({ open }, { peerId, isOptimistic: true })

    try {
      await link.secured(signal)

      return link
    } catch (err) {
      if (!isLostRefusal(link, err)) {
        throw err
      }
    }

    return await this.#byPatientNoise(open, peerId, signal)
  }

  /** A remote that answers by multistream but closes the connection when only Noise is proposed does not support Noise. */
  async #byPatientNoise (open: OpenCarrier, peerId: Uint8Array, signal: AbortSignal): Promise<NoiseLink> {
    const link = this.#start({ open }, { peerId, isOptimistic: false })

    try {
      await link.secured(signal)
    } catch (err) {
      throw isLostRefusal(link, err) && link.connection.isMultistream
        ? peerFault('security-unsupported', 'the remote closes the connection when asked for Noise', err)
        : err
    }

    return link
  }

  async #byTls ({ ip, port }: DirectRoute, peerId: Uint8Array, signal: AbortSignal): Promise<TlsLink> {
    const { clock, key, host: { identifyReply } } = this.#deps
    this.#context ??= createTlsContext(key, clock.now())
    const link = TlsLink.start({ clock, context: this.#context, identifyReply }, { ip, port, peerId })

    try {
      await link.secured(signal)
    } catch (err) {
      throw outcomeOfFault(err) === 'reset' && link.isConnected && !link.isAgreed
        ? peerFault('security-unsupported', 'the remote closes the connection when asked for Noise or TLS', err)
        : err
    }

    return link
  }

  #start (carrier: NoiseCarrier, target: ConnectionTarget): NoiseLink {
    return NoiseLink.start(this.#deps, target, carrier)
  }
}

async function orWhenRefused<T> (first: () => Promise<T>, second: () => Promise<T>): Promise<T> {
  try {
    return await first()
  } catch (err) {
    if (outcomeOfFault(err) !== 'security-unsupported') {
      throw err
    }
  }

  return await second()
}

function isLostRefusal (link: NoiseLink, err: unknown): boolean {
  return outcomeOfFault(err) === 'reset' && link.isConnected && link.connection.phase === 'selecting'
}
