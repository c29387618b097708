import { peerFault } from '../../peer/peer-fault.ts'
import { ReceiveBuffer } from '../stream/receive-buffer.ts'
import { TAG_LENGTH } from './cipher.ts'
import type { CipherState } from './cipher.ts'

const LENGTH_BYTES = 2
const MAX_MESSAGE = 65_535
const MAX_PLAINTEXT = MAX_MESSAGE - TAG_LENGTH

/** Messages that one visit may receive: rust-libp2p seals the header and the body of each yamux frame separately, and 16,384 yamux frames are allowed. */
const MAX_MESSAGES = 32_768

/** A frame of the Noise transport: its length in 2 bytes, big-endian, then the message. */
export function frameNoise (message: Uint8Array): Uint8Array {
  return Buffer.concat([Uint8Array.of(message.length >> 8, message.length & 0xff), message])
}

/** Splits arriving bytes into the messages of the Noise transport. */
export class NoiseFrames {
  readonly #buffer: ReceiveBuffer
  readonly #maxMessage: number

  /** @param maxMessage longest message that is read, in bytes. */
  constructor (maxMessage: number = MAX_MESSAGE) {
    this.#maxMessage = maxMessage
    this.#buffer = new ReceiveBuffer(maxMessage + LENGTH_BYTES)
  }

  /**
   * Calls `visit` with each complete message until it returns false. Then returns the bytes after that message,
   * otherwise an empty array. Throws PP_PEER_FAULT.
   */
  feed (chunk: Uint8Array, visit: (message: Uint8Array) => boolean): Uint8Array {
    const bytes = this.#buffer.join(chunk)
    let at = 0

    while (bytes.length - at >= LENGTH_BYTES) {
      const length = (bytes[at] ?? 0) << 8 | (bytes[at + 1] ?? 0)
      const start = at + LENGTH_BYTES

      if (length > this.#maxMessage) {
        throw peerFault('protocol-error', 'the remote announced a Noise message above the limit')
      }

      if (bytes.length < start + length) {
        break
      }

      at = start + length

      if (!visit(bytes.subarray(start, at))) {
        this.#buffer.consume(bytes.length)

        return bytes.subarray(at)
      }
    }

    this.#buffer.consume(at)

    return bytes.subarray(bytes.length)
  }
}

/** The channel after a Noise handshake: plain bytes in sealed frames, in both directions. */
export class SecureChannel {
  readonly #send: CipherState
  readonly #receive: CipherState
  readonly #onPlain: (plain: Uint8Array) => boolean
  readonly #frames = new NoiseFrames()
  #messages = 0

  /** @param onPlain gets the plain bytes of each message and may keep them; returns false to stop reading */
  constructor (send: CipherState, receive: CipherState, onPlain: (plain: Uint8Array) => boolean) {
    this.#send = send
    this.#receive = receive
    this.#onPlain = onPlain
  }

  /** Reads bytes from the wire. Throws PP_PEER_FAULT for a frame with a wrong tag, and for too many frames. */
  feed (chunk: Uint8Array): void {
    this.#frames.feed(chunk, message => this.#open(message))
  }

  /** `plain` as frames for the wire. */
  seal (plain: Uint8Array): Uint8Array {
    const count = Math.ceil(plain.length / MAX_PLAINTEXT)
    const framed = Buffer.allocUnsafe(plain.length + count * (LENGTH_BYTES + TAG_LENGTH))
    let at = 0

    for (let from = 0; from < plain.length; from += MAX_PLAINTEXT) {
      const part = plain.subarray(from, from + MAX_PLAINTEXT)
      const length = part.length + TAG_LENGTH
      framed.writeUInt16BE(length, at)
      this.#send.sealInto(framed.subarray(at + LENGTH_BYTES, at + LENGTH_BYTES + length), part)
      at += LENGTH_BYTES + length
    }

    return framed
  }

  #open (message: Uint8Array): boolean {
    const plain = this.#receive.open(message)

    if (plain === undefined) {
      throw peerFault('protocol-error', 'the remote sent a Noise message whose tag is wrong')
    }

    if (++this.#messages > MAX_MESSAGES) {
      throw peerFault('limit-exceeded', 'the remote sent too many Noise messages')
    }

    return this.#onPlain(plain)
  }
}
