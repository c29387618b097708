// Addresses are most of the rows. Those of a peer that was met before are there as a rule: an UPDATE by their keys takes less
// of the server's time than an upsert (docs/performance.md), and tells how many rows it found. Only where some are missing are
// the peer's addresses upserted.
import { hash } from 'node:crypto'
import { storeTimeOf } from '../store-time.ts'
import { writtenBy } from './query-result.ts'
import { bytesText, listText, quote, upsertStatements } from './sql-text.ts'
import type { SightedAddress } from '../coalescer.ts'
import type { MysqlConnection } from './connection.ts'
import type { KnownNodes } from './node-writer.ts'
import type { ServerInfo } from './server-info.ts'

/** Addresses of one peer that were seen at one time. */
type SightedTogether = readonly [SightedAddress, ...SightedAddress[]]

/**
 * Notes when addresses were seen, within the transaction of the caller, which holds the locks of their peers.
 *
 * @param known peers that had rows before this transaction
 * @returns rows inserted or changed
 */
export async function writeAddresses (connection: MysqlConnection, sightings: readonly SightedAddress[], known: Pick<KnownNodes, 'has'>): Promise<number> {
  const { server } = connection
  const again = groupsOf(sightings.filter(({ nodeId }) => known.has(nodeId)))
  const first = sightings.filter(({ nodeId }) => !known.has(nodeId))
  const results = await connection.run([...again.map(touchAddresses), ...upsertAddresses(first, server)])
  const incomplete = again.filter((group, i) => results[i]?.matched !== group.length)
  const rest = await connection.run(upsertAddresses(incomplete.flat(), server))

  return writtenBy([...results, ...rest])
}

/** What addresses of a peer are told apart by: the first 16 bytes of SHA-256, in hex. A TEXT cannot be a key. */
export function addressHash (multiaddr: string): string {
  return hash('sha256', multiaddr, 'hex').slice(0, 32)
}

// In the order that they come in: by peer.
function groupsOf (sightings: readonly SightedAddress[]): SightedTogether[] {
  const groups: [SightedAddress, ...SightedAddress[]][] = []

  for (const sighting of sightings) {
    const group = groups.at(-1)

    if (group?.[0].nodeId === sighting.nodeId && group[0].seenMs === sighting.seenMs) {
      group.push(sighting)
    } else {
      groups.push([sighting])
    }
  }

  return groups
}

function touchAddresses (group: SightedTogether): string {
  const [{ nodeId, seenMs }] = group
  const isOfGroup = `node_id = ${quote(nodeId)} AND addr_hash IN ${listText(group.map(({ multiaddr }) => bytesText(addressHash(multiaddr))))}`

  return `UPDATE address_info SET last_seen = GREATEST(last_seen, '${storeTimeOf(seenMs)}') WHERE ${isOfGroup}`
}

function upsertAddresses (sightings: readonly SightedAddress[], server: ServerInfo): string[] {
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
