import { createCipheriv, createDecipheriv, createSecretKey } from 'node:crypto'
import { ChaCha20Poly1305, newInstance } from '@chainsafe/as-chacha20poly1305'
import { peerFault } from '../visit/peer-fault.ts'
import type { KeyObject } from 'node:crypto'

/**
 * Noise's CipherState for ChaCha20-Poly1305.
 *
 * Two implementations, by size: WASM costs nothing to start and node:crypto is faster per byte;
 * on Node 24 they cross at about 500 bytes (a crawl's frames lie on both sides), provided that
 * node:crypto gets a key object: of bytes it tells by caught errors that they are none. The WASM one compares
 * tags byte by byte with an early exit, which tells a guesser nothing: the first wrong tag ends
 * the connection and its keys.
 */
const WASM_BELOW_BYTES = 512
const MAX_NONCE = 0xffff_ffff
const NO_DATA = new Uint8Array(0)
const ALGORITHM = 'chacha20-poly1305'
const wasm = new ChaCha20Poly1305(newInstance())

/** Bytes that sealing adds. */
export const TAG_LENGTH = 16

/** One direction of a Noise channel: a key and the number of messages it has sealed or opened. */
export class CipherState {
  readonly #key: Uint8Array
  #keyObject: KeyObject | undefined
  readonly #nonce = new Uint8Array(12)
  readonly #nonceView = new DataView(this.#nonce.buffer)
  #count: number

  /** @param count messages already handled: only a test starts above 0. */
  constructor (key: Uint8Array, count = 0) {
    this.#key = key
    this.#count = count
  }

  /** Encrypts `plaintext` and its tag into `target`, which is {@link TAG_LENGTH} bytes longer. */
  sealInto (target: Uint8Array, plaintext: Uint8Array, associated: Uint8Array = NO_DATA): void {
    this.#nextNonce()

    if (plaintext.length < WASM_BELOW_BYTES) {
      wasm.seal(this.#key, this.#nonce, plaintext, associated, target)

      return
    }

    const cipher = createCipheriv(ALGORITHM, this.#largeKey(), this.#nonce, { authTagLength: TAG_LENGTH })
    cipher.setAAD(associated, { plaintextLength: plaintext.length })
    target.set(cipher.update(plaintext))
    cipher.final()
    target.set(cipher.getAuthTag(), plaintext.length)
  }

  /** Encrypts `plaintext`; the result is {@link TAG_LENGTH} bytes longer. */
  seal (plaintext: Uint8Array, associated: Uint8Array = NO_DATA): Uint8Array {
    const sealed = new Uint8Array(plaintext.length + TAG_LENGTH)
    this.sealInto(sealed, plaintext, associated)

    return sealed
  }

  /** Decrypts `sealed` into fresh bytes; undefined when it was not sealed with this key, count and associated data. */
  open (sealed: Uint8Array, associated: Uint8Array = NO_DATA): Uint8Array | undefined {
    if (sealed.length < TAG_LENGTH) {
      return undefined
    }

    this.#nextNonce()

    return sealed.length < WASM_BELOW_BYTES
      ? wasm.open(this.#key, this.#nonce, sealed, associated) ?? undefined
      : this.#openLarge(sealed, associated)
  }

  #openLarge (sealed: Uint8Array, associated: Uint8Array): Uint8Array | undefined {
    const length = sealed.length - TAG_LENGTH
    const decipher = createDecipheriv(ALGORITHM, this.#largeKey(), this.#nonce, { authTagLength: TAG_LENGTH })
    decipher.setAAD(associated, { plaintextLength: length })
    decipher.setAuthTag(sealed.subarray(length))
    const plaintext = decipher.update(sealed.subarray(0, length))

    try {
      decipher.final()
    } catch {
      // the only thing final() checks here is the tag
      return undefined
    }

    return plaintext
  }

  #largeKey (): KeyObject {
    this.#keyObject ??= createSecretKey(this.#key)

    return this.#keyObject
  }

  /** Little-endian count in the last 8 of 12 bytes (Noise section 12.3). A channel ends long before the count wraps. */
  #nextNonce (): void {
    if (this.#count >= MAX_NONCE) {
      throw peerFault('limit-exceeded', 'a Noise channel is out of nonces')
    }

    this.#nonceView.setUint32(4, this.#count++, true)
  }
}
