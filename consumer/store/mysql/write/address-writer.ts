// Addresses are most of the rows, and most of them exist: peers announce the same ones in every crawl. The stored addresses are
// read along the key, one result row for each peer. Where a peer has exactly the announced addresses, one UPDATE along the key
// sets their times, for half the cost of an upsert, including the read (docs/performance.md). Addresses of other peers are upserted.
import { hash } from 'node:crypto'
import { storeTimeOf } from '../../model/store-time.ts'
import { writtenBy } from '../server/query-result.ts'
import { BY_KEY, quote, upsertStatements } from '../server/sql-text.ts'
import { isOfPeers, tellApart, valueByPeer } from './value-by-peer.ts'
import type { SightedAddress } from '../../model/coalescer.ts'
import type { MysqlConnection } from '../server/connection.ts'
import type { ServerInfo } from '../server/server-info.ts'
import type { KnownNodes } from './node-writer.ts'

/** Addresses of one peer that a batch saw. */
interface Announced {
  nodeId: string
  addresses: [HashedAddress, ...HashedAddress[]]
}

interface HashedAddress {
  sighting: SightedAddress
  hash: string
}

/**
 * Writes when addresses were seen, within the caller's transaction, which has the locks of their peers.
 *
 * @param sightings peer by peer
 * @param known peers that had rows before this transaction
 * @returns rows inserted or changed
 */
export async function writeAddresses (connection: MysqlConnection, sightings: readonly SightedAddress[], known: Pick<KnownNodes, 'has'>): Promise<number> {
  const peers = byPeer(sightings)
  const settled = await settledPeers(connection, tellApart(peers.filter(peer => known.has(peer.nodeId) && isSeenOnce(peer))).apart)
  const { written, isComplete } = await touch(connection, [...settled])
  // Retention may have removed some of the rows after they were read: then all are upserted.
  const rest = isComplete ? peers.filter(peer => !settled.has(peer)) : peers

  return written + writtenBy(await connection.run(upsertAddresses(rest, connection.server)))
}

/** Part of the key of an address: the first 16 bytes of SHA-256, in hex. A TEXT column cannot be in a key. */
export function addressHash (multiaddr: string): string {
  return hash('sha256', multiaddr, 'hex').slice(0, 32)
}

// Addresses in the order of their key, so that the server reads the index once.
function byPeer (sightings: readonly SightedAddress[]): Announced[] {
  const peers: Announced[] = []

  for (const sighting of sightings) {
    const address = { sighting, hash: addressHash(sighting.multiaddr) }
    const peer = peers.at(-1)

    if (peer?.nodeId === sighting.nodeId) {
      peer.addresses.push(address)
    } else {
      peers.push({ nodeId: sighting.nodeId, addresses: [address] })
    }
  }
  for (const { addresses } of peers) {
    addresses.sort((a, b) => a.hash < b.hash ? -1 : 1)
  }

  return peers
}

function isSeenOnce ({ addresses }: Announced): boolean {
  return addresses.every(({ sighting }) => sighting.seenMs === addresses[0].sighting.seenMs)
}

/** Peers that have exactly these addresses. A result in another order, or a cut one, does not match, which only costs an upsert. */
async function settledPeers (connection: MysqlConnection, peers: readonly Announced[]): Promise<ReadonlySet<Announced>> {
  if (peers.length === 0) {
    return new Set()
  }

  const { rows } = await connection.query(`SELECT node_id, LOWER(GROUP_CONCAT(HEX(addr_hash) SEPARATOR '')) FROM address_info ${BY_KEY}
    WHERE ${isOfPeers(peers)} GROUP BY node_id`)
  const stored = new Map(rows.map(([nodeId, hashes]) => [nodeId, hashes]))

  return new Set(peers.filter(({ nodeId, addresses }) => stored.get(nodeId) === addresses.map(({ hash }) => hash).join('')))
}

/** Updates the times of all addresses of the peers; returns how many changed, and whether all existed. */
async function touch (connection: MysqlConnection, peers: readonly Announced[]): Promise<{ written: number, isComplete: boolean }> {
  if (peers.length === 0) {
    return { written: 0, isComplete: true }
  }

  const seen = valueByPeer(peers, ({ addresses: [{ sighting }] }) => quote(storeTimeOf(sighting.seenMs)))
  const { written, matched } = await connection.query(`UPDATE address_info ${BY_KEY} SET last_seen = GREATEST(last_seen, ${seen}) WHERE ${isOfPeers(peers)}`)

  return { written, isComplete: matched === peers.reduce((sum, { addresses }) => sum + addresses.length, 0) }
}

function upsertAddresses (peers: readonly Announced[], server: ServerInfo): string[] {
  return upsertStatements({
    table: 'address_info',
    columns: ['node_id', 'addr_hash', 'multiaddr', 'last_seen'],
    onDuplicate: fresh => `last_seen = GREATEST(address_info.last_seen, ${fresh('last_seen')})`
  }, peers.flatMap(tuplesOf), server)
}

function tuplesOf ({ nodeId, addresses }: Announced): string[] {
  const head = `(${quote(nodeId)},x'`
  // Most have the same time.
  let seenMs = Number.NaN
  let tail = ''

  return addresses.map(({ sighting, hash }) => {
    if (sighting.seenMs !== seenMs) {
      seenMs = sighting.seenMs
      tail = `,${quote(storeTimeOf(seenMs))})`
    }

    return `${head}${hash}',${quote(sighting.multiaddr)}${tail}`
  })
}
