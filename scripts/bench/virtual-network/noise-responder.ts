import { TAG_LENGTH } from '../../../crawler/client/noise/cipher.ts'
import { SymmetricState } from '../../../crawler/client/noise/symmetric-state.ts'
import { agree, generateX25519, X25519_LENGTH } from '../../../crawler/client/noise/x25519.ts'
import { concatBytes } from '../../../crawler/wire/bytes.ts'
import type { CipherState } from '../../../crawler/client/noise/cipher.ts'
import type { X25519KeyPair } from '../../../crawler/client/noise/x25519.ts'

const EMPTY = new Uint8Array(0)
const SEALED_KEY_LENGTH = X25519_LENGTH + TAG_LENGTH

/** The responder of one Noise XX handshake. It accepts any initiator and does not verify its identity, which is not measured. */
export class NoiseResponder {
  readonly #staticKey: X25519KeyPair
  readonly #ephemeral = generateX25519()
  readonly #state = new SymmetricState()

  /** @param staticKey shared by the whole process, so that each peer signs it once */
  constructor (staticKey: X25519KeyPair) {
    this.#staticKey = staticKey
  }

  /** Reads message A and answers it with `payload`. */
  answer (messageA: Uint8Array, payload: Uint8Array): Uint8Array {
    const state = this.#state
    const theirs = messageA.subarray(0, X25519_LENGTH)
    state.mixHash(messageA)
    state.encryptAndHash(EMPTY)
    state.mixHash(this.#ephemeral.publicKey)
    state.mixKey(agree(this.#ephemeral, theirs))
    const sealedKey = state.encryptAndHash(this.#staticKey.publicKey)
    state.mixKey(agree(this.#staticKey, theirs))

    return concatBytes([this.#ephemeral.publicKey, sealedKey, state.encryptAndHash(payload)])
  }

  /** Reads message C and ends the handshake. */
  finish (messageC: Uint8Array): { send: CipherState, receive: CipherState } {
    const theirKey = this.#state.decryptAndHash(messageC.subarray(0, SEALED_KEY_LENGTH))
    this.#state.mixKey(agree(this.#ephemeral, theirKey))
    this.#state.decryptAndHash(messageC.subarray(SEALED_KEY_LENGTH))
    const [receive, send] = this.#state.split()

    return { send, receive }
  }
}
