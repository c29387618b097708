import { mismatchFault, peerFault } from '../../peer/peer-fault.ts'
import { idOfKey, isIdOfKey } from '../../peer/peer-id.ts'
import { parsePublicKey } from '../../peer/public-key.ts'
import { TAG_LENGTH } from './cipher.ts'
import { encodeNoisePayload, parseNoisePayload, signedBytes } from './noise-payload.ts'
import { SymmetricState } from './symmetric-state.ts'
import { agree, generateX25519, X25519_LENGTH } from './x25519.ts'
import type { HostKey } from '../../peer/host-key.ts'
import type { PublicKey } from '../../peer/public-key.ts'
import type { CipherState } from './cipher.ts'
import type { NoisePayload } from './noise-payload.ts'
import type { X25519KeyPair } from './x25519.ts'

/**
 * The initiator of Noise_XX_25519_ChaChaPoly_SHA256 as libp2p uses it (libp2p specifications, noise;
 * Noise Protocol Framework revision 34, section 7). Bytes in, bytes out; three messages:
 * `-> e`, `<- e, ee, s, es`, `-> s, se`.
 */
const EMPTY = new Uint8Array(0)
const STATIC_END = X25519_LENGTH + X25519_LENGTH + TAG_LENGTH
const MIN_MESSAGE_B = STATIC_END + TAG_LENGTH

/** Longest handshake message that we read: enough for an RSA key and signature of 8192 bits, and extensions. */
export const MAX_HANDSHAKE_BYTES = 8_192

/** Shared by all our handshakes. */
export interface NoiseCredentials {
  staticKey: X25519KeyPair

  /** Our signed payload. */
  payload: Uint8Array
}

/** The result of a finished handshake. */
export interface NoiseResult {
  /** Our last message; send it before anything sealed with `send`. */
  messageC: Uint8Array

  send: CipherState
  receive: CipherState

  /** The remote's verified payload. */
  remote: NoisePayload

  /** The remote's identity key, which verifies its other signatures. */
  remoteKey: PublicKey
}

/** Creates a Noise key and the payload in which the host key signs it. */
export function createNoiseCredentials (hostKey: HostKey, muxers: readonly string[]): NoiseCredentials {
  const staticKey = generateX25519()

  return { staticKey, payload: encodeNoisePayload(hostKey, staticKey.publicKey, muxers) }
}

/** The initiator's side of one handshake. */
export class NoiseInitiator {
  readonly #ours: NoiseCredentials
  readonly #ephemeral = generateX25519()
  readonly #state = new SymmetricState()

  constructor (ours: NoiseCredentials) {
    this.#ours = ours
    this.#state.mixHash(this.#ephemeral.publicKey)
    this.#state.encryptAndHash(EMPTY)
  }

  /** Our first message: the ephemeral key, unencrypted. */
  get messageA (): Uint8Array {
    return this.#ephemeral.publicKey
  }

  /**
   * Reads the remote's only message and answers it. Call it once.
   *
   * Throws PP_PEER_FAULT: `handshake-failed` for an invalid message or signature, `peer-id-mismatch` for a valid
   * handshake of a peer other than `expectedId` (a multihash).
   */
  readMessageB (message: Uint8Array, expectedId: Uint8Array): NoiseResult {
    if (message.length < MIN_MESSAGE_B) {
      throw peerFault('handshake-failed', 'the Noise message of the remote is too short')
    }

    const state = this.#state
    const theirs = message.subarray(0, X25519_LENGTH)
    state.mixHash(theirs)
    state.mixKey(agree(this.#ephemeral, theirs))
    const staticKey = state.decryptAndHash(message.subarray(X25519_LENGTH, STATIC_END))
    state.mixKey(agree(this.#ephemeral, staticKey))
    const remote = parseNoisePayload(state.decryptAndHash(message.subarray(STATIC_END)))
    const remoteKey = verifyRemote(remote, staticKey, expectedId)
    const sealedStatic = state.encryptAndHash(this.#ours.staticKey.publicKey)
    state.mixKey(agree(this.#ours.staticKey, theirs))
    const messageC = Buffer.concat([sealedStatic, state.encryptAndHash(this.#ours.payload)])
    const [send, receive] = state.split()

    return { messageC, send, receive, remote, remoteKey }
  }
}

/** Checks the signature first: only a peer that has proved its identity can be reported as another peer. */
function verifyRemote (remote: NoisePayload, staticKey: Uint8Array, expectedId: Uint8Array): PublicKey {
  const key = parsePublicKey(remote.keyMessage)

  if (key === undefined) {
    throw peerFault('handshake-failed', 'the remote has an identity key of an unknown kind')
  }

  if (!key.verify(signedBytes(staticKey), remote.signature)) {
    throw peerFault('handshake-failed', 'the signature of the remote\'s Noise key is invalid')
  }

  if (!isIdOfKey(expectedId, remote.keyMessage)) {
    throw mismatchFault('the remote is another peer', idOfKey(remote.keyMessage))
  }

  return key
}
