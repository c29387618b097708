import { peerFault } from '../../peer/peer-fault.ts'
import { CipherState } from './cipher.ts'
import { hkdf, mixHash } from './noise-hash.ts'

/** 32 bytes, which is the hash length: therefore used unhashed as the first chaining key and the first hash. */
const PROTOCOL_NAME = Buffer.from('Noise_XX_25519_ChaChaPoly_SHA256')
const EMPTY = new Uint8Array(0)
const HASH_AFTER_EMPTY_PROLOGUE = mixHash(PROTOCOL_NAME, EMPTY)

/** Noise's SymmetricState (framework revision 34, section 5.2) for the one protocol that libp2p uses, with its empty prologue. */
export class SymmetricState {
  #chainingKey: Uint8Array = PROTOCOL_NAME
  #hash = HASH_AFTER_EMPTY_PROLOGUE
  #cipher: CipherState | undefined

  /** Binds `bytes`, as they were on the wire, into the handshake. */
  mixHash (bytes: Uint8Array): void {
    this.#hash = mixHash(this.#hash, bytes)
  }

  /** Mixes a shared secret into the keys. */
  mixKey (secret: Uint8Array): void {
    const [chainingKey, key] = hkdf(this.#chainingKey, secret)
    this.#chainingKey = chainingKey
    this.#cipher = new CipherState(key)
  }

  /** Seals `plaintext` with the current key, or returns it unchanged if there is none yet. */
  encryptAndHash (plaintext: Uint8Array): Uint8Array {
    const sealed = this.#cipher?.seal(plaintext, this.#hash) ?? plaintext
    this.mixHash(sealed)

    return sealed
  }

  /** Opens `sealed`. Throws PP_PEER_FAULT if its tag is wrong. */
  decryptAndHash (sealed: Uint8Array): Uint8Array {
    const plaintext = this.#cipher === undefined ? sealed : this.#cipher.open(sealed, this.#hash)

    if (plaintext === undefined) {
      throw peerFault('handshake-failed', 'the remote sent a Noise message whose tag is wrong')
    }

    this.mixHash(sealed)

    return plaintext
  }

  /** The cipher states after the handshake: first the initiator's, then the responder's. */
  split (): [CipherState, CipherState] {
    const [initiators, responders] = hkdf(this.#chainingKey, EMPTY)

    return [new CipherState(initiators), new CipherState(responders)]
  }
}
