import { networkInterfaces } from 'node:os'
import type { KeyType, Role } from './truth.ts'

/** A peer to start. */
export interface LivingPeer {
  role: 'server' | 'client'
  keyType: KeyType
  agentVersion: string

  /** Multiaddrs to listen on; empty if it is reachable only through the relay. */
  listen: string[]

  /** Whether it is the relay of others. */
  isRelay: boolean

  /** Whether routing tables also contain a dead address of it, next to the live ones. */
  hasDeadAddress: boolean
}

const KEYS: readonly KeyType[] = ['Ed25519', 'secp256k1', 'RSA', 'Ed25519', 'Ed25519', 'secp256k1', 'Ed25519', 'Ed25519']
const SERVER_AGENTS = ['devnet/1.4.0', 'devnet/1.4.0', 'devnet/1.3.2', 'devnet/2.0.0-rc.1', 'other-node/0.9.0'] as const
const CLIENT_AGENTS = ['devnet-light/1.4.0', 'other-node-light/0.9.0'] as const
const IP4 = '/ip4/127.0.0.1/tcp/0'
const IP6 = '/ip6/::1/tcp/0'
const WEB_SOCKET = `${IP4}/ws`
const QUIC = '/ip4/127.0.0.1/udp/0/quic-v1'

/** Number of dead entries of each kind in the routing tables. */
export const DEAD_ENTRIES = { 'refuses': 4, 'swallows': 2, 'silent': 2, 'stale': 2, 'gone': 2, 'quic-only': 2, 'metadata': 2 } as const satisfies Partial<Record<Role, number>>

/** Least number of peers: with it there are enough servers for the dead entries to fit into their tables. */
export const MIN_PEERS = 4

/** Most peers that one process runs well. */
export const MAX_PEERS = 512

/**
 * The peers of a devnet of `count` peers: a quarter are clients, some of them behind a relay, which is the first peer.
 * Some servers have only QUIC or only WebSocket and, if there is IPv6, only IPv6.
 */
export function populationOf (count: number, { ipv6 }: { ipv6: boolean }): LivingPeer[] {
  const servers = count - Math.floor(count / 4)

  return Array.from({ length: count }, (_, i) => ({
    role: i < servers ? 'server' : 'client',
    keyType: pick(KEYS, i),
    agentVersion: i < servers ? pick(SERVER_AGENTS, i) : pick(CLIENT_AGENTS, i),
    listen: i > servers && (i - servers) % 4 === 1 ? [] : listenOf(i, ipv6),
    isRelay: i === 0,
    hasDeadAddress: i % 6 === 5
  }))
}

/** Whether this machine has an IPv6 loopback. */
export function hasIpv6Loopback (): boolean {
  return Object.values(networkInterfaces()).flat().some(address => address?.address === '::1')
}

function listenOf (i: number, ipv6: boolean): string[] {
  switch (i % 8) {
    case 3: return ipv6 ? [IP6] : [IP4]
    case 4: return [WEB_SOCKET]
    case 5: return [QUIC]
    case 7: return ipv6 ? [IP4, IP6] : [IP4]
    default: return [IP4]
  }
}

function pick<T> (values: readonly T[], i: number): T {
  const value = values[i % values.length]

  if (value === undefined) {
    throw new TypeError('nothing to pick from')
  }

  return value
}
