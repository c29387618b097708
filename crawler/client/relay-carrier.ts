import { outcomeOfFault, peerFault } from '../peer/peer-fault.ts'
import { frame, FrameReader } from '../wire/frames.ts'
import { decodeHopAnswer, encodeHopConnect, HOP_PROTOCOL, HOP_STATUS, MAX_HOP_BYTES } from './carrier/hop-message.ts'
import { ProtocolStream } from './protocol-stream.ts'
import { Proposal } from './stream/multistream.ts'
import type { CarrierHandler, OpenCarrier } from './carrier/carrier.ts'
import type { SecuredLink } from './secured-link.ts'

const HOP = new Proposal(HOP_PROTOCOL)

const REASONS = new Map<number, string>([
  [HOP_STATUS.reservationRefused, 'it refuses the reservation'],
  [HOP_STATUS.resourceLimitExceeded, 'it is at its limit'],
  [HOP_STATUS.permissionDenied, 'it does not permit the connection'],
  [HOP_STATUS.connectionFailed, 'it could not reach the peer'],
  [HOP_STATUS.noReservation, 'the peer has no reservation there']
])

/** A stream to a peer through a relay. */
export interface Relayed {
  open: OpenCarrier

  /** Whether the relay limits the duration or the data of the connection. */
  isLimited: boolean
}

/**
 * Asks a relay to connect to a peer (libp2p specifications, relay: circuit v2). The result owns the link to the
 * relay: dropping it closes the link. If this rejects, the caller still owns the link.
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

/** Reports any fault of the relay as `relay-refused`, not as a fault of the peer. */
export function relayFault (err: unknown): unknown {
  const outcome = outcomeOfFault(err)

  return outcome === undefined || outcome === 'relay-refused' || outcome === 'aborted' ? err : peerFault('relay-refused', `the relay: ${(err as Error).message}`, err)
}

async function hop (stream: ProtocolStream, signal: AbortSignal): Promise<{ isLimited: boolean, rest: Uint8Array }> {
  if (!await stream.isSelected(signal)) {
    throw peerFault('relay-refused', 'it does not support the relay protocol')
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
    throw peerFault('relay-refused', `the relay: ${answer === undefined ? 'its answer is malformed' : REASONS.get(answer.status) ?? `status ${String(answer.status)}`}`)
  }

  return { isLimited: answer.isLimited, rest: frames.rest() }
}

function openThrough (relay: SecuredLink, stream: ProtocolStream, rest: Uint8Array, handler: CarrierHandler): ReturnType<OpenCarrier> {
  const life = new AbortController()
  relay.onClosed = (fault) => {
    stream.fail(fault) // bytes that arrived before are delivered first
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

/** Delivers the relayed bytes until either end closes. Never rejects. */
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
