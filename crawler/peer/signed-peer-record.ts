import { concatBytes, equalBytes } from '../wire/bytes.ts'
import { ProtobufReader } from '../wire/protobuf.ts'
import { encodeVarint } from '../wire/varint.ts'
import { isIdOfKey } from './peer-id.ts'
import { parsePublicKey } from './public-key.ts'
import type { PublicKey } from './public-key.ts'

/** Domain of the signature (libp2p RFC 0003, peer routing records). */
const DOMAIN = new TextEncoder().encode('libp2p-peer-record')

/** Multicodec of the payload, `libp2p-peer-record`. */
const PAYLOAD_TYPE = Uint8Array.of(0x03, 0x01)

/**
 * The sequence number of a signed peer record (libp2p RFC 0002 and 0003). Undefined unless `peerId` signed the
 * envelope and the record contains that id.
 *
 * @param peerId multihash of the remote, as proved by the secured connection
 * @param peerKey that peer's key if already parsed
 */
export function verifiedRecordSequence (envelope: Uint8Array, peerId: Uint8Array, peerKey?: PublicKey): bigint | undefined {
  const { publicKey, payloadType, payload, signature } = readEnvelope(envelope)

  if (!equalBytes(payloadType, PAYLOAD_TYPE) || !isIdOfKey(peerId, publicKey)) {
    return undefined
  }

  const record = readRecord(payload)
  const signed = concatBytes([DOMAIN, payloadType, payload].flatMap(part => [encodeVarint(part.length), part]))

  return equalBytes(record.peerId, peerId) && (peerKey ?? parsePublicKey(publicKey))?.verify(signed, signature) === true ? record.sequence : undefined
}

type EnvelopePart = 'publicKey' | 'payloadType' | 'payload' | 'signature'

const ENVELOPE_FIELDS: Partial<Record<number, EnvelopePart>> = { 1: 'publicKey', 2: 'payloadType', 3: 'payload', 5: 'signature' }

const NOTHING: Uint8Array = new Uint8Array(0)

/** The parts of an envelope. Absent or malformed parts are empty, which no check accepts. */
function readEnvelope (bytes: Uint8Array): Record<EnvelopePart, Uint8Array> {
  const reader = new ProtobufReader(bytes)
  const envelope: Record<EnvelopePart, Uint8Array> = { publicKey: NOTHING, payloadType: NOTHING, payload: NOTHING, signature: NOTHING }

  for (let field = reader.next(); field !== 0; field = reader.next()) {
    const part = reader.isBytes ? ENVELOPE_FIELDS[field] : undefined

    if (part !== undefined) {
      envelope[part] = reader.view()
    }
  }

  return envelope
}

function readRecord (bytes: Uint8Array): { peerId: Uint8Array, sequence: bigint } {
  const reader = new ProtobufReader(bytes)
  const record = { peerId: NOTHING, sequence: 0n }

  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field === 1 && reader.isBytes) {
      record.peerId = reader.view()
    } else if (field === 2) {
      record.sequence = reader.uint64() ?? 0n
    }
  }

  return record
}
