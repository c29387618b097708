/**
 * What is true about the devnet: who is in it, and what a crawl of it must find. The process that
 * runs the devnet tells its parent and writes it to a file, so that tests and people can compare.
 */
import { z } from 'zod'
import { OUTCOME_NAMES } from '../../core/contracts/outcome.ts'

/** Kademlia protocol of the devnet. Its own, so that no peer of another network ever joins. */
export const KAD_PROTOCOL = '/peerprobe-devnet/kad/1.0.0'

/** Name of the network in messages and rows. */
export const NETWORK_NAME = 'devnet'

/** What each role stands for, and the outcome that a visit to it must have. */
export const ROLES = {
  'server': { expectedOutcome: 'ok', summary: 'A libp2p peer that serves the DHT.' },
  'client': { expectedOutcome: 'identified', summary: 'A libp2p peer that does not serve the DHT.' },
  'dials-in': { expectedOutcome: 'identified', summary: 'It listens nowhere and comes to the crawler: only passive discovery knows it.' },
  'refuses': { expectedOutcome: 'refused', summary: 'Its port is closed.' },
  'swallows': { expectedOutcome: 'timeout', summary: 'Packets to its port are dropped: no connection comes about.' },
  'silent': { expectedOutcome: 'timeout', summary: 'Its port accepts connections and never says a word.' },
  'stale': { expectedOutcome: 'peer-id-mismatch', summary: 'Another peer lives at its address now.' },
  'gone': { expectedOutcome: 'refused', summary: 'It was here and has left.' },
  'quic-only': { expectedOutcome: 'timeout', summary: 'It has a QUIC address only, where nobody answers.' },
  'tls-only': { expectedOutcome: 'ok', summary: 'It speaks TLS and no Noise; only in the Go devnet.' },
  'metadata': { expectedOutcome: 'filtered', summary: 'It claims the address of a cloud\'s metadata service, which must never be dialled.' }
} as const

/** A role from the table above. */
export type Role = keyof typeof ROLES

/** Kinds of identity keys. ECDSA only in the Go devnet: js-libp2p makes no peer id of such a key. */
export const KEY_TYPES = ['Ed25519', 'secp256k1', 'RSA', 'ECDSA'] as const

/** One of {@link KEY_TYPES}. */
export type KeyType = typeof KEY_TYPES[number]

/** One peer as it truly is. */
export const PeerTruth = z.strictObject({
  id: z.string().describe('Peer id as libp2p prints it.'),
  role: z.enum(Object.keys(ROLES) as [Role, ...Role[]]),
  keyType: z.enum(KEY_TYPES),
  agentVersion: z.string().optional().describe('What it calls itself in identify; only servers and clients.'),
  protocols: z.array(z.string()).describe('What identify lists, sorted; only servers and clients.'),
  addresses: z.array(z.string()).describe('What it announces itself, or, for the dead, what routing tables tell of it; without /p2p.'),
  staleAddresses: z.array(z.string()).describe('Dead addresses that routing tables tell of it beside the live ones.'),
  expectedOutcome: z.enum(OUTCOME_NAMES)
})

/** {@inheritDoc PeerTruth} */
export type PeerTruth = z.output<typeof PeerTruth>

/** The whole devnet as it truly is. */
export const DevnetTruth = z.strictObject({
  network: z.string(),
  kadProtocol: z.string(),
  bootstrapPeers: z.array(z.string()).describe('Multiaddrs of a few servers: every other peer is found through the DHT only.'),
  contactable: z.int().describe('How many peers a crawl must contact, those aside that come by themselves.'),
  peers: z.array(PeerTruth),
  leftOut: z.array(z.string()).describe('What this machine cannot offer, and why.')
})

/** {@inheritDoc DevnetTruth} */
export type DevnetTruth = z.output<typeof DevnetTruth>
