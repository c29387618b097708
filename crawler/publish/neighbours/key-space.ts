import { hash } from 'node:crypto'
import { BoundedCache } from '../../../core/limits/bounded-cache.ts'
import { formatPeerId } from '../../peer/peer-id-text.ts'

/** A peer as messages name it, and its position in the key space. */
export interface Placed {
  text: string

  /** SHA-256 of its id, as Latin-1 text. */
  digest: string
}

/** Peers that are remembered: a peer is in hundreds of tables of a crawl, and base58 and SHA-256 cost more than a look-up. */
const REMEMBERED = 100_000

/** Texts and positions of peers, each computed once as long as it is remembered. */
export class KeySpace {
  readonly #known = new BoundedCache<Placed>(REMEMBERED)

  /** A peer's text and position. @param id multihash bytes of its id */
  place (id: Uint8Array): Placed {
    const key = Buffer.from(id.buffer, id.byteOffset, id.byteLength).toString('latin1')
    const known = this.#known.get(key)

    if (known !== undefined) {
      return known
    }

    const placed = { text: formatPeerId(id), digest: hash('sha256', id, 'binary') }
    this.#known.set(key, placed)

    return placed
  }
}

/** Number of leading bits that two digests share, 0 to 256. */
export function sharedBits (a: string, b: string): number {
  for (let i = 0; i < a.length; i++) {
    const difference = a.charCodeAt(i) ^ b.charCodeAt(i)

    if (difference !== 0) {
      return i * 8 + Math.clz32(difference) - 24
    }
  }

  return a.length * 8
}
