// Attackers can choose peer ids. The hash is therefore the sum of the bytes times secret random factors: without
// knowing the factors, nobody can construct ids that collide more often than by chance (universal hashing, Carter and
// Wegman).
import { MAX_PEER_ID_BYTES } from './peer-id.ts'

const FACTORS = crypto.getRandomValues(new Int32Array(MAX_PEER_ID_BYTES))

/** A 32-bit hash of a peer id, valid in this process only. The id may be part of a larger array. */
export function hashId (id: Uint8Array, start = 0, end = id.length): number {
  const length = Math.min(end - start, MAX_PEER_ID_BYTES)
  let hash = 0

  for (let i = 0; i < length; i++) {
    hash = (hash + Math.imul(id[start + i] ?? 0, FACTORS[i] ?? 0)) | 0
  }

  return hash
}
