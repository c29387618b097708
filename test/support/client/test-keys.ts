import { generateKeyPairSync, hash, sign } from 'node:crypto'
import { concatBytes } from '../../../crawler/wire/bytes.ts'
import { ProtobufWriter } from '../../../crawler/wire/protobuf.ts'
import type { KeyObject } from 'node:crypto'

/** An identity of a remote, for its handshake. */
export interface TestKey {
  /** Its public key, as the protobuf. */
  message: Uint8Array

  /** Its peer id, as a multihash. */
  id: Uint8Array

  sign: (bytes: Uint8Array) => Uint8Array
}

/** The key types that occur in real networks, by implementation. */
export const KEY_KINDS = ['Ed25519', 'secp256k1', 'ECDSA of Go and Rust', 'ECDSA of js-libp2p', 'RSA'] as const

const JS_ECDSA_HEAD = Buffer.from('3055020101a00a06082a8648ce3d030107a144034200', 'hex')
const SPKI_P256_HEAD_LENGTH = 26
const MAX_INLINE_BYTES = 42

/** The PublicKey protobuf. */
export function keyMessage (type: number, data: Uint8Array): Uint8Array {
  return new ProtobufWriter().number(1, type).bytes(2, data).finish()
}

/** A new identity of this type. */
export function createTestKey (kind: typeof KEY_KINDS[number] = 'Ed25519'): TestKey {
  return MAKERS[kind]()
}

/** An RSA identity of `modulusLength` bits. */
export function createRsaKey (modulusLength: number): TestKey {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength })

  return testKey(keyMessage(0, spkiOf(publicKey)), bytes => sign('sha256', bytes, privateKey))
}

const MAKERS: Record<typeof KEY_KINDS[number], () => TestKey> = {
  'Ed25519' () {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519')

    return testKey(keyMessage(1, spkiOf(publicKey).subarray(12)), bytes => sign(null, bytes, privateKey))
  },
  'secp256k1' () {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'secp256k1' })
    const point = spkiOf(publicKey).subarray(-65)
    const compressed = concatBytes([Uint8Array.of(2 + ((point[64] ?? 0) & 1)), point.subarray(1, 33)])

    return testKey(keyMessage(2, compressed), bytes => sign('sha256', bytes, privateKey))
  },
  'ECDSA of Go and Rust' () {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })

    return testKey(keyMessage(3, spkiOf(publicKey)), bytes => sign('sha256', bytes, privateKey))
  },
  'ECDSA of js-libp2p' () {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const data = concatBytes([JS_ECDSA_HEAD, spkiOf(publicKey).subarray(SPKI_P256_HEAD_LENGTH)])

    return testKey(keyMessage(3, data), bytes => sign('sha256', bytes, { key: privateKey, dsaEncoding: 'ieee-p1363' }))
  },
  RSA: () => createRsaKey(2_048)
}

function testKey (message: Uint8Array, signBytes: (bytes: Uint8Array) => Uint8Array): TestKey {
  const id = message.length <= MAX_INLINE_BYTES
    ? concatBytes([Uint8Array.of(0, message.length), message])
    : concatBytes([Uint8Array.of(0x12, 32), hash('sha256', message, 'buffer')])

  return { message, id, sign: signBytes }
}

function spkiOf (key: KeyObject): Buffer {
  return key.export({ format: 'der', type: 'spki' })
}
