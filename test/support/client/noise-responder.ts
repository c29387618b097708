import { signedBytes } from '../../../crawler/client/noise/noise-payload.ts'
import { SymmetricState } from '../../../crawler/client/noise/symmetric-state.ts'
import { agree, generateX25519, X25519_LENGTH } from '../../../crawler/client/noise/x25519.ts'
import { concatBytes } from '../../../crawler/wire/bytes.ts'
import { ProtobufWriter } from '../../../crawler/wire/protobuf.ts'
import type { CipherState } from '../../../crawler/client/noise/cipher.ts'
import type { X25519KeyPair } from '../../../crawler/client/noise/x25519.ts'
import type { TestKey } from './test-keys.ts'

const EMPTY = new Uint8Array(0)

/** The payload that an honest responder signs. */
export function honestPayload (key: TestKey, staticKey: Uint8Array, muxers: readonly string[] = ['/yamux/1.0.0']): Uint8Array {
  const extensions = new ProtobufWriter()
  muxers.forEach(muxer => extensions.text(2, muxer))
  const payload = new ProtobufWriter().bytes(1, key.message).bytes(2, key.sign(signedBytes(staticKey)))

  return (muxers.length > 0 ? payload.bytes(4, extensions.finish()) : payload).finish()
}

/** The responder of a Noise XX handshake, which production code never is. */
export class NoiseResponder {
  readonly staticKey: X25519KeyPair = generateX25519()
  readonly #ephemeral = generateX25519()
  readonly #state = new SymmetricState()

  /** Reads message A and answers it with `payload`. */
  answer (messageA: Uint8Array, payload: Uint8Array): Uint8Array {
    const theirs = messageA.subarray(0, X25519_LENGTH)
    this.#state.mixHash(messageA)
    this.#state.encryptAndHash(EMPTY)
    this.#state.mixHash(this.#ephemeral.publicKey)
    this.#state.mixKey(agree(this.#ephemeral, theirs))
    const sealedStatic = this.#state.encryptAndHash(this.staticKey.publicKey)
    this.#state.mixKey(agree(this.staticKey, theirs))

    return concatBytes([this.#ephemeral.publicKey, sealedStatic, this.#state.encryptAndHash(payload)])
  }

  /** Reads message C. */
  finish (messageC: Uint8Array): { payload: Uint8Array, staticKey: Uint8Array, send: CipherState, receive: CipherState } {
    const staticKey = this.#state.decryptAndHash(messageC.subarray(0, 48))
    this.#state.mixKey(agree(this.#ephemeral, staticKey))
    const payload = this.#state.decryptAndHash(messageC.subarray(48))
    const [receive, send] = this.#state.split()

    return { payload, staticKey, send, receive }
  }
}
