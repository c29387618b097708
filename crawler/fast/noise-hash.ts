import { digest } from '@chainsafe/as-sha256'

/**
 * SHA-256, HMAC and HKDF as the Noise Protocol Framework uses them (revision 34, sections 4.3 and 5.1).
 *
 * The WASM digest beats `node:crypto` by an order of magnitude on inputs this short, where an HMAC
 * of node:crypto costs mostly object creation.
 */
const BLOCK = 64
const HASH = 32
const INNER_PAD = 0x36
const OUTER_PAD = 0x5c
const FIRST_BLOCK = Uint8Array.of(1)

/** Length of each Noise hash, chaining key and cipher key. */
export const HASH_LENGTH = HASH

/** SHA-256 of `bytes`. */
export const sha256: (bytes: Uint8Array) => Uint8Array = digest

/** SHA-256 of `head` followed by `tail`: Noise's MixHash. */
export function mixHash (head: Uint8Array, tail: Uint8Array): Uint8Array {
  const both = new Uint8Array(head.length + tail.length)
  both.set(head)
  both.set(tail, head.length)

  return digest(both)
}

/** HMAC-SHA256 with a key of 32 bytes. */
export function hmacSha256 (key: Uint8Array, data: Uint8Array): Uint8Array {
  const inner = new Uint8Array(BLOCK + data.length).fill(INNER_PAD, HASH, BLOCK)
  const outer = new Uint8Array(BLOCK + HASH).fill(OUTER_PAD, HASH, BLOCK)

  for (let i = 0; i < HASH; i++) {
    const byte = key[i] ?? 0
    inner[i] = byte ^ INNER_PAD
    outer[i] = byte ^ OUTER_PAD
  }

  inner.set(data, BLOCK)
  outer.set(digest(inner), BLOCK)

  return digest(outer)
}

/** Noise's HKDF with two outputs: the next chaining key and a cipher key. */
export function hkdf (chainingKey: Uint8Array, input: Uint8Array): [Uint8Array, Uint8Array] {
  const temporary = hmacSha256(chainingKey, input)
  const first = hmacSha256(temporary, FIRST_BLOCK)
  const second = new Uint8Array(HASH + 1)
  second.set(first)
  second[HASH] = 2

  return [first, hmacSha256(temporary, second)]
}
