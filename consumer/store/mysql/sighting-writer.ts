// Networks and addresses of peers: rows whose times only grow (or shrink), so that the database
// alone can order them.
import { hash } from 'node:crypto'
import { storeTimeOf } from '../store-time.ts'
import { quote, upsertStatements } from './sql-text.ts'
import type { SightedAddress } from '../coalescer.ts'
import type { NetworkRow } from '../rows.ts'
import type { ServerInfo } from './server-info.ts'

/** Statements that note in which networks peers were met. */
export function upsertNetworks (rows: readonly NetworkRow[], server: ServerInfo): string[] {
  return upsertStatements({
    table: 'node_network',
    columns: ['node_id', 'network', 'first_seen', 'last_seen'],
    onDuplicate: fresh => `first_seen = LEAST(node_network.first_seen, ${fresh('first_seen')}), last_seen = GREATEST(node_network.last_seen, ${fresh('last_seen')})`
  }, rows.map(({ nodeId, network, firstSeen, lastSeen }) => `(${quote(nodeId)},${quote(network)},'${firstSeen}','${lastSeen}')`), server)
}

/** Statements that note when addresses were seen. */
export function upsertAddresses (sightings: readonly SightedAddress[], server: ServerInfo): string[] {
  // Addresses of one peer follow one another, and most were seen at one time.
  let nodeId = ''
  let seenMs = Number.NaN
  let head = ''
  let tail = ''

  return upsertStatements({
    table: 'address_info',
    columns: ['node_id', 'addr_hash', 'multiaddr', 'last_seen'],
    onDuplicate: fresh => `last_seen = GREATEST(address_info.last_seen, ${fresh('last_seen')})`
  }, sightings.map((sighting) => {
    if (sighting.nodeId !== nodeId) {
      nodeId = sighting.nodeId
      head = `(${quote(nodeId)},x'`
    }
    if (sighting.seenMs !== seenMs) {
      seenMs = sighting.seenMs
      tail = `,'${storeTimeOf(seenMs)}')`
    }

    return `${head}${addressHash(sighting.multiaddr)}',${quote(sighting.multiaddr)}${tail}`
  }), server)
}

/** What addresses of a peer are told apart by: the first 16 bytes of SHA-256, in hex. A TEXT cannot be a key. */
export function addressHash (multiaddr: string): string {
  return hash('sha256', multiaddr, 'hex').slice(0, 32)
}
