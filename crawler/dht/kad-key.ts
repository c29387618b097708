// The server hashes a FIND_NODE key. To query one bucket of its routing table, we need a key whose hash starts with
// the bucket's prefix. go-libp2p-kbucket contains a generated table of such keys. The same table is computed here at
// first use (0.75 M hashes, about 0.2 s), which avoids a generated file of 256 kB.
import { hash } from 'node:crypto'

/** Deepest bucket that has a target key. */
export const DEEPEST_BUCKET = 15

const PREFIX_BITS = 16
const PREFIXES = 2 ** PREFIX_BITS

/** A target key is a SHA-256 multihash whose digest is a counter. */
const TARGET_BYTES = 34

/** A peer's position in the key space: the first 16 bits of the SHA-256 of its id's multihash. */
export function kadPrefix (id: Uint8Array): number {
  return prefixOf(hash('sha256', id, 'binary'))
}

/** Number of leading bits that two prefixes share, at most 16. */
export function commonPrefixLength (a: number, b: number): number {
  return Math.clz32(a ^ b) - PREFIX_BITS
}

/** The key that queries bucket `length` of the peer at `prefix`: it shares exactly `length` leading bits with it. */
export function bucketTarget (prefix: number, length: number): Uint8Array {
  return targetOf(preimages()[prefix ^ (1 << (DEEPEST_BUCKET - length))] ?? 0)
}

/** The key that queries the closest peers of the peer at `prefix`. It shares the first 16 bits, which is precise enough for a million peers. */
export function neighbourhoodTarget (prefix: number): Uint8Array {
  return targetOf(preimages()[prefix] ?? 0)
}

let table: Uint32Array | undefined

/** For each prefix, the smallest counter whose target hashes to it, as in go-libp2p-kbucket (the first are 77591, 94053, 60620). */
export function preimages (): Uint32Array {
  table ??= computePreimages()

  return table
}

function computePreimages (): Uint32Array {
  const found = new Uint32Array(PREFIXES)
  const target = targetOf(0)
  const view = new DataView(target.buffer)

  for (let counter = 1, left = PREFIXES; left > 0; counter++) {
    view.setUint32(2, counter)
    const prefix = prefixOf(hash('sha256', target, 'binary'))

    if (found[prefix] === 0) {
      found[prefix] = counter
      left--
    }
  }

  return found
}

function targetOf (counter: number): Uint8Array<ArrayBuffer> {
  const target = new Uint8Array(TARGET_BYTES)
  target[0] = 0x12
  target[1] = 0x20
  target[2] = counter >>> 24
  target[3] = counter >>> 16
  target[4] = counter >>> 8
  target[5] = counter

  return target
}

/** A hash as Latin-1 text costs a third of a buffer. */
function prefixOf (digest: string): number {
  return digest.charCodeAt(0) << 8 | digest.charCodeAt(1)
}
