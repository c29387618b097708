// Keys of honest peers are spread evenly, since they are hashes of random keys. An attacker who wants to hold what is stored at one key
// makes peers close to it until one part of the key space has far more of them than its share.
import { kadPrefix } from './kad-key.ts'

// So many peers in each part on average: fewer would make chance look like intent, more would hide a few dozen among the others.
const LEAST_MEAN = 16

// Bits that are known of the place of a peer.
const PREFIX_BITS = 16

// Below this the parts are too few to tell one from the others.
const LEAST_PARTS = 32

/**
 * By how many standard deviations the fullest part of the key space exceeds what it has on average, of as many equal parts as
 * there are peers for. Chance reaches 5; undefined where there are fewer than 512 peers.
 *
 * @see https://github.com/libp2p/specs/blob/master/kad-dht/README.md#kademlia-keyspace
 */
export function keyspaceOutlier (ids: readonly Uint8Array[]): number | undefined {
  const bits = Math.min(PREFIX_BITS, Math.floor(Math.log2(ids.length / LEAST_MEAN)))
  const parts = 2 ** bits

  if (!(parts >= LEAST_PARTS)) {
    return undefined
  }

  const peers = new Uint32Array(parts)

  for (const id of ids) {
    const part = kadPrefix(id) >>> (PREFIX_BITS - bits)
    peers[part] = (peers[part] ?? 0) + 1
  }

  const mean = ids.length / parts

  return (peers.reduce((most, n) => Math.max(most, n)) - mean) / Math.sqrt(mean)
}
