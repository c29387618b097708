import { raceAbort } from '../../core/time/race-abort.ts'
import { PeerDeadline } from '../peer/peer-deadline.ts'
import { concatBytes } from '../wire/bytes.ts'
import { FrameReader } from '../wire/frames.ts'
import { MAX_IDENTIFY_BYTES, MAX_IDENTIFY_MESSAGES } from './identify-message.ts'
import type { Clock } from '../../core/time/clock.ts'
import type { ReadStream } from '../dial/session.ts'

/**
 * How long to wait for another message after a complete one, in milliseconds. go-libp2p sends its second message
 * right after the first; many other implementations never end the stream.
 */
const SILENCE_MS = 1_000

/**
 * Reads an identify stream until the remote ends it, breaks it, or sends nothing more after a complete message.
 * Complete messages are used however the stream ends.
 *
 * @returns all received bytes: at least one complete length-prefixed message, or whatever the remote sent before it
 * ended the stream
 * @throws the error that ended the stream before a complete message arrived
 */
export async function readIdentify (stream: ReadStream, clock: Clock, signal: AbortSignal): Promise<Uint8Array> {
  const frames = new FrameReader(MAX_IDENTIFY_BYTES)
  const parts: Uint8Array[] = []
  let size = 0
  let messages = 0

  try {
    for (let bytes = await next(stream, signal); bytes !== undefined && size <= MAX_IDENTIFY_BYTES; bytes = await more()) {
      parts.push(bytes)
      size += bytes.length
      frames.push(bytes)

      while (frames.next() !== undefined) {
        messages++
      }
      if (frames.malformed || messages >= MAX_IDENTIFY_MESSAGES) {
        break
      }
    }
  } catch (err) {
    if (messages === 0) {
      throw err
    }
  }

  return concatBytes(parts)

  // The rest of a partly received message gets the full time.
  async function more (): Promise<Uint8Array | undefined> {
    return messages === 0 || frames.rest().length > 0 ? await next(stream, signal) : await soon(stream, clock, signal)
  }
}

async function next (stream: ReadStream, signal: AbortSignal): Promise<Uint8Array | undefined> {
  return await raceAbort(stream.read(signal), signal)
}

async function soon (stream: ReadStream, clock: Clock, signal: AbortSignal): Promise<Uint8Array | undefined> {
  using silence = new PeerDeadline(clock, SILENCE_MS, signal)

  return await next(stream, silence.signal)
}
