import sodium from 'sodium-native'
import { peerFault } from '../../peer/peer-fault.ts'

const { crypto_aead_chacha20poly1305_ietf_encrypt: encrypt, crypto_aead_chacha20poly1305_ietf_decrypt: decrypt } = sodium
const MAX_NONCE = 0xffff_ffff
const NONCE_LENGTH = 12
const COUNT_AT = 4

/** Shared by all: libsodium has read it when the call returns. */
const nonce = Buffer.alloc(NONCE_LENGTH)

/** Bytes that sealing adds. */
export const TAG_LENGTH = 16

/**
 * Noise's CipherState for ChaCha20-Poly1305: the key of one direction of a channel, and the number of messages sealed
 * or opened with it.
 */
export class CipherState {
  readonly #key: Uint8Array
  #count: number

  /** @param count messages already handled; above 0 in tests only */
  constructor (key: Uint8Array, count = 0) {
    this.#key = key
    this.#count = count
  }

  /** Encrypts `plaintext` and its tag into `target`, which is {@link TAG_LENGTH} bytes longer. */
  sealInto (target: Uint8Array, plaintext: Uint8Array, associated: Uint8Array | null = null): void {
    encrypt(target, plaintext, associated, null, this.#nextNonce(), this.#key)
  }

  /** Encrypts `plaintext`; the result is {@link TAG_LENGTH} bytes longer. */
  seal (plaintext: Uint8Array, associated: Uint8Array | null = null): Uint8Array {
    const sealed = Buffer.allocUnsafe(plaintext.length + TAG_LENGTH)
    this.sealInto(sealed, plaintext, associated)

    return sealed
  }

  /** Decrypts `sealed` into new bytes; undefined if it was not sealed with this key, count and associated data. */
  open (sealed: Uint8Array, associated: Uint8Array | null = null): Uint8Array | undefined {
    if (sealed.length < TAG_LENGTH) {
      return undefined
    }

    const plaintext = Buffer.allocUnsafe(sealed.length - TAG_LENGTH)
    const count = this.#nextNonce()

    try {
      decrypt(plaintext, null, sealed, associated, count, this.#key)
    } catch {
      // the lengths are valid, so only a wrong tag throws
      return undefined
    }

    return plaintext
  }

  /** Little-endian count in the last 8 of 12 bytes (Noise section 12.3). A channel ends long before the count wraps. */
  #nextNonce (): Uint8Array {
    if (this.#count >= MAX_NONCE) {
      throw peerFault('limit-exceeded', 'a Noise channel is out of nonces')
    }

    nonce.writeUInt32LE(this.#count++, COUNT_AT)

    return nonce
  }
}
