// A FIND_NODE key is hashed by the server, so that asking for one bucket of its table takes a
// key whose hash starts with the bucket's prefix. go-libp2p-kbucket keeps a generated table of
// such keys; the same table is computed here at first use (0.75 M hashes, about 0.2 s), which is
// less than a generated file of 256 kB costs its readers.
import { hash } from 'node:crypto'

/** Deepest bucket that a target exists for. */
export const DEEPEST_BUCKET = 15

const PREFIX_BITS = 16
const PREFIXES = 2 ** PREFIX_BITS

/** A target key is a SHA-256 multihash whose digest is a counter. */
const TARGET_BYTES = 34

/** Where a peer is in the key space: the first 16 bits of SHA-256 over its id's multihash. */
export function kadPrefix (id: Uint8Array): number {
  return prefixOf(hash('sha256', id, 'binary'))
}

/** Bits that two prefixes share from the first on, at most 16. */
export function commonPrefixLength (a: number, b: number): number {
  return Math.clz32(a ^ b) - PREFIX_BITS
}

/** The key whose closest peers are bucket `length` of the peer at `prefix`: sharing exactly `length` bits with it. */
export function bucketTarget (prefix: number, length: number): Uint8Array {
  return targetOf(preimages()[prefix ^ (1 << (DEEPEST_BUCKET - length))] ?? 0)
}

/** The key whose closest peers are those of the peer at `prefix`: it shares the first 16 bits, as many as a million peers tell apart. */
export function neighbourhoodTarget (prefix: number): Uint8Array {
  return targetOf(preimages()[prefix] ?? 0)
}

let table: Uint32Array | undefined

/** For each prefix the smallest counter whose target hashes to it, as in go-libp2p-kbucket (first: 77591, 94053, 60620). */
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

/** Latin-1 text of a hash costs a third of a buffer. */
function prefixOf (digest: string): number {
  return digest.charCodeAt(0) << 8 | digest.charCodeAt(1)
}
