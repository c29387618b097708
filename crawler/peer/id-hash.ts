// Strangers choose the ids, so the hash is a sum of the bytes times secret random factors: whoever does not
// know these cannot find ids that collide more often than by chance (universal hashing, Carter and Wegman).
import { MAX_PEER_ID_BYTES } from './peer-id.ts'

const FACTORS = crypto.getRandomValues(new Int32Array(MAX_PEER_ID_BYTES))

/** A hash of a peer id, of 32 bits, good for this process only. The id may lie among other bytes. */
export function hashId (id: Uint8Array, start = 0, end = id.length): number {
  const length = Math.min(end - start, MAX_PEER_ID_BYTES)
  let hash = 0

  for (let i = 0; i < length; i++) {
    hash = (hash + Math.imul(id[start + i] ?? 0, FACTORS[i] ?? 0)) | 0
  }

  return hash
}
