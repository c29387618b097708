import sodium from 'sodium-native'

/**
 * SHA-256, HMAC and HKDF as the Noise Protocol Framework uses them (revision 34, sections 4.3 and 5.1).
 *
 * With inputs this short, allocations cost most. All calls therefore share one state, and parts are hashed in place.
 */
const { crypto_hash_sha256_init: begin, crypto_hash_sha256_update: update, crypto_hash_sha256_final: end } = sodium
const BLOCK = 64
const HASH = 32
const INNER_PAD = 0x36
const OUTER_PAD = 0x5c
const FIRST_BLOCK = Buffer.from([1])
const SECOND_BLOCK = Buffer.from([2])
const NOTHING = Buffer.alloc(0)
const state = Buffer.alloc(sodium.crypto_hash_sha256_STATEBYTES)
const innerKey = Buffer.alloc(BLOCK, INNER_PAD)
const outerKey = Buffer.alloc(BLOCK, OUTER_PAD)

/** SHA-256 of `head` followed by `tail`: Noise's MixHash. */
export function mixHash (head: Uint8Array, tail: Uint8Array): Uint8Array {
  begin(state)

  return finish(head, tail)
}

/** HMAC-SHA256 with a key of 32 bytes over `head` followed by `tail`. */
export function hmacSha256 (key: Uint8Array, head: Uint8Array, tail: Uint8Array = NOTHING): Uint8Array {
  for (let i = 0; i < HASH; i++) {
    const byte = key[i] ?? 0
    innerKey[i] = byte ^ INNER_PAD
    outerKey[i] = byte ^ OUTER_PAD
  }

  start(innerKey)
  const inner = finish(head, tail)
  start(outerKey)

  return finish(inner, NOTHING)
}

/** Noise's HKDF with two outputs: the next chaining key and a cipher key. */
export function hkdf (chainingKey: Uint8Array, input: Uint8Array): [Uint8Array, Uint8Array] {
  const temporary = hmacSha256(chainingKey, input)
  const first = hmacSha256(temporary, FIRST_BLOCK)

  return [first, hmacSha256(temporary, first, SECOND_BLOCK)]
}

function start (block: Uint8Array): void {
  begin(state)
  update(state, block)
}

function finish (head: Uint8Array, tail: Uint8Array): Uint8Array {
  const digest = Buffer.allocUnsafe(HASH)
  update(state, head)

  if (tail.length > 0) {
    update(state, tail)
  }

  end(state, digest)

  return digest
}
