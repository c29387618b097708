import { ProtobufReader, ProtobufWriter } from '../../wire/protobuf.ts'

/** Protocol id of requests to a relay to connect (libp2p specifications, relay: circuit v2). */
export const HOP_PROTOCOL = '/libp2p/circuit/relay/0.2.0/hop'

/** Longest answer of a relay, in bytes: the limit of the specification. */
export const MAX_HOP_BYTES = 4_096

/** Status codes. */
export const HOP_STATUS = {
  ok: 100,
  reservationRefused: 200,
  resourceLimitExceeded: 201,
  permissionDenied: 202,
  connectionFailed: 203,
  noReservation: 204,
  malformedMessage: 400,
  unexpectedMessage: 401
} as const

const TYPE = 1
const PEER = 2
const LIMIT = 4
const STATUS = 5
const CONNECT = 1
const STATUS_TYPE = 2

/** A relay's answer. */
export interface HopAnswer {
  status: number

  /** Whether the relay limits the duration or the data of the connection. */
  isLimited: boolean
}

/** Encodes a request to connect to the peer with this id (a multihash). */
export function encodeHopConnect (peerId: Uint8Array): Uint8Array {
  return new ProtobufWriter().number(TYPE, CONNECT).bytes(PEER, new ProtobufWriter().bytes(1, peerId).finish()).finish()
}

/** Reads a relay's answer; undefined for anything else. */
export function decodeHopAnswer (bytes: Uint8Array): HopAnswer | undefined {
  const reader = new ProtobufReader(bytes)
  let type: number | undefined
  let status: number | undefined
  let isLimited = false

  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field === TYPE) {
      type = reader.number()
    } else if (field === STATUS) {
      status = reader.number()
    } else if (field === LIMIT && reader.isBytes) {
      isLimited = reader.view().length > 0
    }
  }

  return reader.malformed || type !== STATUS_TYPE || status === undefined || Number.isNaN(status) ? undefined : { status, isLimited }
}
