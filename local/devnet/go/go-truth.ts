import { GO_KINDS, outcomeOf } from './go-devnet-process.ts'
import type { DevnetTruth, Role } from '../truth.ts'
import type { GoDevnetTruth } from './go-devnet-process.ts'

type Host = GoDevnetTruth['peers'][number]

// What the local runner calls the kinds that no table of servers would show by itself.
const ROLE_OF: Partial<Record<Host['kind'], Role>> = { 'client': 'client', 'quic-only': 'quic-only', 'tls-only': 'tls-only', 'dead': 'gone' }

const BOOTSTRAP_SERVERS = 3

/** The Go devnet's truth in the words of the devnet of js-libp2p peers, so that a run does not care which it crawls. */
export function devnetTruthOf ({ kadProtocol, peers }: GoDevnetTruth): DevnetTruth {
  const servers = peers.filter(host => outcomeOf(host) === 'ok')
  // Go's DHT servers keep no clients in their tables: a crawl meets one only when it starts from it.
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
