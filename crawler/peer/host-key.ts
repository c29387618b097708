import { createPrivateKey, createPublicKey, generateKeyPairSync, sign } from 'node:crypto'
import type { KeyObject } from 'node:crypto'

const IDENTITY_CODE = 0x00
const SPKI_PREFIX_LENGTH = 12
const ED25519_PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex')
const ED25519_MESSAGE_HEAD = Uint8Array.of(0x08, 1, 0x12, 32)

/** The crawler's own Ed25519 key. */
export class HostKey {
  readonly #privateKey: KeyObject

  /** The public key as its protobuf. */
  readonly message: Uint8Array

  /** The peer id as a multihash. */
  readonly id: Uint8Array

  private constructor (privateKey: KeyObject) {
    const raw = createPublicKey(privateKey).export({ format: 'der', type: 'spki' }).subarray(SPKI_PREFIX_LENGTH)
    this.#privateKey = privateKey
    this.message = Buffer.concat([ED25519_MESSAGE_HEAD, raw])
    this.id = Buffer.concat([Uint8Array.of(IDENTITY_CODE, this.message.length), this.message])
  }

  /** A new random key. */
  static generate (): HostKey {
    return new HostKey(generateKeyPairSync('ed25519').privateKey)
  }

  /** The key for a 32-byte seed, which is the first half of the private key as libp2p stores it. */
  static fromSeed (seed: Uint8Array): HostKey {
    return new HostKey(createPrivateKey({ key: Buffer.concat([ED25519_PKCS8, seed]), format: 'der', type: 'pkcs8' }))
  }

  sign (message: Uint8Array): Uint8Array {
    return sign(null, message, this.#privateKey)
  }
}
