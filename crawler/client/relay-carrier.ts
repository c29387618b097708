import { outcomeOfFault, peerFault } from '../peer/peer-fault.ts'
import { frame, FrameReader } from '../wire/frames.ts'
import { decodeHopAnswer, encodeHopConnect, HOP_PROTOCOL, HOP_STATUS, MAX_HOP_BYTES } from './carrier/hop-message.ts'
import { ProtocolStream } from './protocol-stream.ts'
import { Proposal } from './stream/multistream.ts'
import type { CarrierHandler, OpenCarrier } from './carrier/carrier.ts'
import type { SecuredLink } from './secured-link.ts'

const HOP = new Proposal(HOP_PROTOCOL)

const REASONS = new Map<number, string>([
  [HOP_STATUS.reservationRefused, 'it refuses reservations'],
  [HOP_STATUS.resourceLimitExceeded, 'it is at its limits'],
  [HOP_STATUS.permissionDenied, 'it does not permit it'],
  [HOP_STATUS.connectionFailed, 'it did not reach the peer'],
  [HOP_STATUS.noReservation, 'the peer has no reservation there']
])

/** A stream through a relay. */
export interface Relayed {
  open: OpenCarrier

  /** Whether the relay bounds how long the connection may last or how much it may carry. */
  isLimited: boolean
}

/**
 * Asks a relay to connect to a peer (libp2p specifications, relay: circuit v2). What it gives has the relay's link: to
 * drop it is to leave the relay. Where it rejects, the link is the caller's still.
 *
 * @param peerId multihash
 * @throws PP_PEER_FAULT `relay-refused`
 */
export async function relayTo (relay: SecuredLink, peerId: Uint8Array, signal: AbortSignal): Promise<Relayed> {
  const { promise: closed, reject } = Promise.withResolvers<never>()
  closed.catch(() => undefined)
  relay.onClosed = reject
  const stream = new ProtocolStream(HOP, () => undefined)
  stream.send(frame(encodeHopConnect(peerId)))
  stream.attach(relay.streams)

  try {
    const { isLimited, rest } = await Promise.race([hop(stream, signal), closed])

    return { isLimited, open: handler => openThrough(relay, stream, rest, handler) }
  } catch (err) {
    stream[Symbol.dispose]()
    signal.throwIfAborted()
    throw relayFault(err)
  }
}

/** Whatever a relay does wrong is reported as its fault, and not as the peer's. */
export function relayFault (err: unknown): unknown {
  const outcome = outcomeOfFault(err)

  return outcome === undefined || outcome === 'relay-refused' || outcome === 'aborted' ? err : peerFault('relay-refused', `the relay: ${(err as Error).message}`, err)
}

async function hop (stream: ProtocolStream, signal: AbortSignal): Promise<{ isLimited: boolean, rest: Uint8Array }> {
  if (!await stream.isSelected(signal)) {
    throw peerFault('relay-refused', 'it is no relay')
  }

  const frames = new FrameReader(MAX_HOP_BYTES)
  let message = frames.next()

  while (message === undefined && !frames.malformed) {
    const bytes = await stream.read(signal)

    if (bytes === undefined) {
      throw peerFault('relay-refused', 'it ended the stream without an answer')
    }

    frames.push(bytes)
    message = frames.next()
  }

  const answer = message === undefined ? undefined : decodeHopAnswer(message)

  if (answer?.status !== HOP_STATUS.ok) {
    throw peerFault('relay-refused', `the relay: ${answer === undefined ? 'its answer is none' : REASONS.get(answer.status) ?? `status ${String(answer.status)}`}`)
  }

  return { isLimited: answer.isLimited, rest: frames.rest() }
}

function openThrough (relay: SecuredLink, stream: ProtocolStream, rest: Uint8Array, handler: CarrierHandler): ReturnType<OpenCarrier> {
  const life = new AbortController()
  relay.onClosed = (fault) => {
    stream.fail(fault) // what came before it is handed on first
  }
  setImmediate(() => {
    void pump(stream, rest, handler, life.signal)
  })

  return {
    write (bytes) {
      stream.send(bytes)
    },
    drop () {
      life.abort()
      relay[Symbol.dispose]()
    }
  }
}

/** Hands on what comes until either end leaves. Never rejects. */
async function pump (stream: ProtocolStream, rest: Uint8Array, handler: CarrierHandler, life: AbortSignal): Promise<void> {
  try {
    life.throwIfAborted()
    handler.onOpen()

    for (let bytes: Uint8Array | undefined = rest; bytes !== undefined && !life.aborted; bytes = await stream.read(life)) {
      if (bytes.length > 0) {
        handler.onBytes(bytes)
      }
    }

    if (!life.aborted) {
      handler.onEnd()
    }
  } catch (err) {
    if (!life.aborted) {
      handler.onError(err as Error)
    }
  }
}
