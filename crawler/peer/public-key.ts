import { createPublicKey, verify } from 'node:crypto'
import sodium from 'sodium-native'
import type { KeyObject } from 'node:crypto'

/**
 * The types of public keys of libp2p peers, and how each verifies a signature (libp2p specifications, peer-ids).
 *
 * ECDSA keys occur in two forms. go-libp2p and rust-libp2p send a SubjectPublicKeyInfo of 91 bytes and sign in DER;
 * js-libp2p sends its own structure of 87 bytes and signs 64 raw bytes. Each form accepts only its own signature
 * encoding, so no key is valid in two ways.
 */
const TYPES = ['RSA', 'Ed25519', 'secp256k1', 'ECDSA'] as const
const { crypto_sign_verify_detached: verifyEd25519 } = sodium
const TYPE_TAG = 0x08
const DATA_TAG = 0x12
const MORE = 0x80
const MIN_RSA_BITS = 2_048
const MAX_RSA_BITS = 8_192
const MAX_RSA_EXPONENT = 0xffff_ffffn
const ED25519_LENGTH = 32
const ED25519_SIGNATURE_LENGTH = 64
const SECP256K1_LENGTH = 33
const SECP256K1_SPKI = Buffer.from('3036301006072a8648ce3d020106052b8104000a032200', 'hex')
const P256_SPKI = Buffer.from('3059301306072a8648ce3d020106082a8648ce3d030107034200', 'hex')
const P256_JS = Buffer.from('3055020101a00a06082a8648ce3d030107a144034200', 'hex')
const P256_POINT_LENGTH = 65

/** Names of the key types, in the order of their numbers on the wire. */
type KeyType = typeof TYPES[number]

/** A public key that verifies signatures. */
export interface PublicKey {
  type: KeyType

  /** Whether `signature` is this key's signature of `message`. Never throws. */
  verify (message: Uint8Array, signature: Uint8Array): boolean
}

/**
 * Reads the PublicKey protobuf, in its deterministic encoding only: type, then data, then nothing. Returns undefined
 * for any other encoding, for a key that is not on its curve, and for an RSA key outside 2048 to 8192 bits.
 */
export function parsePublicKey (message: Uint8Array): PublicKey | undefined {
  const type = TYPES[message[1] ?? TYPES.length]

  if (message[0] !== TYPE_TAG || type === undefined || message[2] !== DATA_TAG) {
    return undefined
  }

  const data = exactBytes(message, 3)

  return data === undefined ? undefined : attempt(() => IMPORTERS[type](data))
}

const IMPORTERS: Readonly<Record<KeyType, (data: Uint8Array) => PublicKey | undefined>> = {
  RSA (data) {
    const key = fromSpki(data)
    const { modulusLength = 0, publicExponent = 0n } = key.asymmetricKeyDetails ?? {}
    const usable = key.asymmetricKeyType === 'rsa' && modulusLength >= MIN_RSA_BITS && modulusLength <= MAX_RSA_BITS && publicExponent <= MAX_RSA_EXPONENT

    return usable ? verifier('RSA', key, 'sha256') : undefined
  },

  Ed25519 (data) {
    return data.length === ED25519_LENGTH ? ed25519Verifier(data) : undefined
  },

  secp256k1 (data) {
    return data.length === SECP256K1_LENGTH ? verifier('secp256k1', fromSpki(Buffer.concat([SECP256K1_SPKI, data])), 'sha256') : undefined
  },

  ECDSA (data) {
    if (startsWith(data, P256_SPKI) && data.length === P256_SPKI.length + P256_POINT_LENGTH) {
      return verifier('ECDSA', fromSpki(data), 'sha256')
    }

    if (startsWith(data, P256_JS) && data.length === P256_JS.length + P256_POINT_LENGTH) {
      return verifier('ECDSA', fromSpki(Buffer.concat([P256_SPKI, data.subarray(P256_JS.length)])), 'sha256', 'ieee-p1363')
    }

    return undefined
  }
}

/** Uses libsodium, which takes less than half the time of OpenSSL. A visit verifies two of these signatures, which is most of its cost for keys. */
function ed25519Verifier (key: Uint8Array): PublicKey {
  return {
    type: 'Ed25519',
    verify: (message, signature) => signature.length === ED25519_SIGNATURE_LENGTH && verifyEd25519(signature, message, key)
  }
}

function verifier (type: KeyType, key: KeyObject, algorithm: 'sha256', dsaEncoding: 'der' | 'ieee-p1363' = 'der'): PublicKey {
  const input = type === 'ECDSA' ? { key, dsaEncoding } : key

  return {
    type,
    verify: (message, signature) => attempt(() => verify(algorithm, message, input, signature)) ?? false
  }
}

function fromSpki (der: Uint8Array): KeyObject {
  return createPublicKey({ key: Buffer.from(der), format: 'der', type: 'spki' })
}

function startsWith (bytes: Uint8Array, head: Uint8Array): boolean {
  return Buffer.compare(bytes.subarray(0, head.length), head) === 0
}

/** The bytes field at `at`. Undefined unless its length takes one or two bytes, is minimally encoded, and reaches exactly to the end of `message`. */
function exactBytes (message: Uint8Array, at: number): Uint8Array | undefined {
  const low = message[at] ?? 0
  const high = low < MORE ? 0 : message[at + 1] ?? 0
  const size = low < MORE ? 1 : 2
  const data = message.subarray(at + size)
  const isMinimal = size === 1 || (high > 0 && high < MORE)

  return isMinimal && data.length === (low & (MORE - 1)) + high * MORE ? data : undefined
}

/** OpenSSL throws for an invalid key and for some invalid signatures. With a remote's bytes both only mean that the check failed. */
function attempt<T> (operation: () => T): T | undefined {
  try {
    return operation()
  } catch {
    return undefined
  }
}
