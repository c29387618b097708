import { createPublicKey, hash, verify } from 'node:crypto'
import { concatBytes } from './bytes.ts'
import { ProtobufReader } from './protobuf.ts'
import type { KeyObject } from 'node:crypto'

// Keys are checked with node:crypto: @libp2p/crypto refuses the ECDSA keys that go-libp2p and
// rust-libp2p send (standard SPKI) and knows only its own form, which is accepted here as well.

/** Longest public key message whose peer id holds the key itself (libp2p peer id specification). */
const MAX_INLINE_KEY_BYTES = 42

const RSA = 0
const ED25519 = 1
const SECP256K1 = 2
const ECDSA = 3

const ED25519_SPKI = Buffer.from('302a300506032b6570032100', 'hex')
const SECP256K1_SPKI = Buffer.from('3036301006072a8648ce3d020106052b8104000a032200', 'hex')
const P256_SPKI = Buffer.from('3059301306072a8648ce3d020106082a8648ce3d030107034200', 'hex')

/** How js-libp2p wraps a P-256 key: version 1, the curve in [0], the point in [1]. */
const P256_JS_PREFIX = Buffer.from('3055020101a00a06082a8648ce3d030107a14403420004', 'hex')

const P256_RAW_SIGNATURE_BYTES = 64

/** Multihash of the peer id that belongs to a public key message: the key itself when short, else its SHA-256. */
export function peerIdOfKey (publicKey: Uint8Array): Uint8Array {
  return publicKey.length <= MAX_INLINE_KEY_BYTES
    ? concatBytes([Uint8Array.of(0x00, publicKey.length), publicKey])
    : concatBytes([Uint8Array.of(0x12, 0x20), hash('sha256', publicKey, 'buffer')])
}

/** Whether `signature` over `message` was made with the key in a libp2p PublicKey message. Anything malformed was not. */
export function verifySignature (publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  const { type, data } = readPublicKey(publicKey)

  try {
    const key = keyObject(type, data)

    return key !== undefined && verify(type === ED25519 ? null : 'sha256', message, signatureInput(type, key, signature), signature)
  } catch {
    // node:crypto throws on keys that are no keys: a remote's doing, and the answer is no
    return false
  }
}

function readPublicKey (bytes: Uint8Array): { type: number, data: Uint8Array } {
  const reader = new ProtobufReader(bytes)
  let type = -1
  let data = new Uint8Array(0)

  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field === 1) {
      type = reader.number()
    } else if (field === 2 && reader.isBytes) {
      data = Uint8Array.from(reader.view())
    }
  }

  return reader.malformed ? { type: -1, data } : { type, data }
}

function keyObject (type: number, data: Uint8Array): KeyObject | undefined {
  switch (type) {
    case RSA: return spki(data)
    case ED25519: return spki(concatBytes([ED25519_SPKI, data]))
    case SECP256K1: return spki(concatBytes([SECP256K1_SPKI, data]))
    case ECDSA: return spki(startsWith(data, P256_JS_PREFIX) ? concatBytes([P256_SPKI, data.subarray(P256_JS_PREFIX.length - 1)]) : data)
    default: return undefined
  }
}

function spki (der: Uint8Array): KeyObject {
  return createPublicKey({ key: Buffer.from(der.buffer, der.byteOffset, der.length), format: 'der', type: 'spki' })
}

/** js-libp2p signs with ECDSA in the raw form, the others in DER. */
function signatureInput (type: number, key: KeyObject, signature: Uint8Array): { key: KeyObject, dsaEncoding?: 'ieee-p1363' } {
  return type === ECDSA && signature.length === P256_RAW_SIGNATURE_BYTES ? { key, dsaEncoding: 'ieee-p1363' } : { key }
}

function startsWith (bytes: Uint8Array, head: Uint8Array): boolean {
  return head.every((byte, i) => bytes[i] === byte)
}
