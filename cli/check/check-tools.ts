import { generateKeyPair } from '@libp2p/crypto/keys'
import { VERSION } from '../../core/process/build-info.ts'
import { systemClock } from '../../core/time/clock.ts'
import { AddressPolicy } from '../../crawler/address/address-policy.ts'
import { ClientDialler } from '../../crawler/client/client-dialler.ts'
import { KadProtocols } from '../../crawler/dht/kad-protocol.ts'
import { openSystemDns } from '../../crawler/dial/dns/system-dns.ts'
import { QuicDialler } from '../../crawler/quic/quic-dialler.ts'
import type { Clock } from '../../core/time/clock.ts'
import type { Address } from '../../crawler/address/address-reader.ts'
import type { DnsResolver } from '../../crawler/dial/dns/dns-resolver.ts'
import type { Dialler } from '../../crawler/dial/session.ts'

/** Settings of a check. */
export interface CheckOptions {
  /** Which addresses are dialled. */
  policy: 'Public' | 'Private' | 'Any'

  /** Ranges that are never dialled. @default none */
  deny?: readonly string[]

  /** DHT protocols of the network; empty to learn them from the peers. */
  protocols: readonly string[]

  /** Limit of one dial, in milliseconds. */
  dialTimeoutMs: number
}

/** The parts of a crawler that a check uses. */
export interface CheckTools {
  clock: Clock
  policy: AddressPolicy
  dns: DnsResolver
  protocols: KadProtocols
  dialTimeoutMs: number

  /** Limit of identify and of each DHT answer, in milliseconds. */
  requestTimeoutMs: number

  /** The client that dials an address; undefined if none can. */
  diallerFor: (address: Address) => Dialler | undefined
}

const REQUEST_TIMEOUT_MS = 5_000

/** Opens what a check needs; `stack` disposes of it. */
export async function openCheckTools ({ policy, deny = [], protocols, dialTimeoutMs }: CheckOptions, stack: AsyncDisposableStack): Promise<CheckTools> {
  const clock = systemClock
  const agentVersion = `peerprobe/${VERSION}`
  const quic = stack.use(new QuicDialler({ clock }, { agentVersion, privateKey: await generateKeyPair('Ed25519') }))
  const diallers: readonly Dialler[] = [quic, new ClientDialler({ clock, random: Math.random }, { agentVersion })]

  return {
    clock,
    policy: new AddressPolicy({ policy, deny: [...deny] }),
    dns: stack.use(openSystemDns(clock, { lostMs: 0 })),
    protocols: new KadProtocols(protocols),
    dialTimeoutMs,
    requestTimeoutMs: REQUEST_TIMEOUT_MS,
    diallerFor: address => diallers.find(dialler => dialler.supports(address))
  }
}
