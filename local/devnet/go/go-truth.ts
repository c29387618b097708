import { GO_KINDS, outcomeOf } from './go-devnet-process.ts'
import type { DevnetTruth, Role } from '../truth.ts'
import type { GoDevnetTruth } from './go-devnet-process.ts'

type Host = GoDevnetTruth['peers'][number]

// The local runner's roles for the kinds of hosts that are more than plain servers.
const ROLE_OF: Partial<Record<Host['kind'], Role>> = { 'client': 'client', 'quic-only': 'quic-only', 'tls-only': 'tls-only', 'dead': 'gone' }

const BOOTSTRAP_SERVERS = 3

/** Converts the Go devnet's truth to the format of the js-libp2p devnet, so that a run handles both alike. */
export function devnetTruthOf ({ kadProtocol, peers }: GoDevnetTruth): DevnetTruth {
  const servers = peers.filter(host => outcomeOf(host) === 'ok')
  // Go's DHT servers keep no clients in their tables: a crawl finds a client only as a bootstrap peer.
  const clients = peers.filter(({ kind }) => kind === 'client')

  return {
    network: 'go-devnet',
    kadProtocol,
    bootstrapPeers: [...servers.filter(({ kind }) => GO_KINDS[kind] === 'ok').slice(0, BOOTSTRAP_SERVERS), ...clients].map(entryOf),
    contactable: servers.length + clients.length,
    peers: peers.map(({ id, kind, keyType, agentVersion, protocols, addresses }) => ({
      id,
      role: ROLE_OF[kind] ?? 'server',
      keyType,
      agentVersion,
      protocols,
      addresses,
      staleAddresses: [],
      expectedOutcome: outcomeOf({ kind, keyType })
    })),
    leftOut: []
  }
}

function entryOf ({ id, addresses }: Host): string {
  return `${addresses.find(address => address.includes('/tcp/')) ?? ''}/p2p/${id}`
}
