/**
 * The true composition of the devnet: its peers, and what a crawl must find. The process that runs
 * the devnet sends it to its parent and writes it to a file, so that tests and people can compare.
 */
import { z } from 'zod'
import { OUTCOME_NAMES } from '../../core/contracts/outcome.ts'

/** Kademlia protocol of the devnet. Unique to the devnet, so that no peer of another network can join. */
export const KAD_PROTOCOL = '/peerprobe-devnet/kad/1.0.0'

/** Name of the network in messages and rows. */
export const NETWORK_NAME = 'devnet'

/** The meaning of each role, and the expected outcome of a visit. */
export const ROLES = {
  'server': { expectedOutcome: 'ok', summary: 'A libp2p peer that serves the DHT.' },
  'client': { expectedOutcome: 'identified', summary: 'A libp2p peer that does not serve the DHT.' },
  'dials-in': { expectedOutcome: 'identified', summary: 'It listens nowhere and dials the crawler: only passive discovery finds it.' },
  'refuses': { expectedOutcome: 'refused', summary: 'Its port is closed.' },
  'swallows': { expectedOutcome: 'timeout', summary: 'Packets to its port are dropped: no connection is established.' },
  'silent': { expectedOutcome: 'timeout', summary: 'Its port accepts connections and never sends anything.' },
  'stale': { expectedOutcome: 'peer-id-mismatch', summary: 'Another peer uses its address now.' },
  'gone': { expectedOutcome: 'refused', summary: 'It existed and has left.' },
  'quic-only': { expectedOutcome: 'timeout', summary: 'It has only a QUIC address, where nothing answers.' },
  'tls-only': { expectedOutcome: 'ok', summary: 'It supports TLS but not Noise; only in the Go devnet.' },
  'metadata': { expectedOutcome: 'filtered', summary: 'It claims the address of a cloud\'s metadata service, which must never be dialled.' }
} as const

/** A role from the table above. */
export type Role = keyof typeof ROLES

/** Kinds of identity keys. ECDSA only in the Go devnet: js-libp2p does not support such keys. */
export const KEY_TYPES = ['Ed25519', 'secp256k1', 'RSA', 'ECDSA'] as const

/** One of {@link KEY_TYPES}. */
export type KeyType = typeof KEY_TYPES[number]

/** The truth about one peer. */
export const PeerTruth = z.strictObject({
  id: z.string().describe('Peer id as libp2p prints it.'),
  role: z.enum(Object.keys(ROLES) as [Role, ...Role[]]),
  keyType: z.enum(KEY_TYPES),
  agentVersion: z.string().optional().describe('Agent version in identify; only servers and clients.'),
  protocols: z.array(z.string()).describe('Protocols in identify, sorted; only servers and clients.'),
  addresses: z.array(z.string()).describe('Addresses that it announces or, for a dead peer, that routing tables contain; without /p2p.'),
  staleAddresses: z.array(z.string()).describe('Dead addresses of it in routing tables, next to the live ones.'),
  table: z.array(z.string()).optional().describe('Ids of the peers in its routing table; only servers of the devnet that fills them by hand.'),
  expectedOutcome: z.enum(OUTCOME_NAMES)
})

/** {@inheritDoc PeerTruth} */
export type PeerTruth = z.output<typeof PeerTruth>

/** The truth about the whole devnet. */
export const DevnetTruth = z.strictObject({
  network: z.string(),
  kadProtocol: z.string(),
  bootstrapPeers: z.array(z.string()).describe('Multiaddrs of a few servers: every other peer is found through the DHT only.'),
  contactable: z.int().describe('Number of peers that a crawl must contact, without those that dial in.'),
  peers: z.array(PeerTruth),
  leftOut: z.array(z.string()).describe('What this machine cannot provide, and why.')
})

/** {@inheritDoc DevnetTruth} */
export type DevnetTruth = z.output<typeof DevnetTruth>
