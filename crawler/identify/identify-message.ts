// go-libp2p splits a long identify into several messages (the signed record comes second), so all messages of a
// stream are merged. Values beyond a limit are left out; the rest is used.
import { defined } from '../../core/defined.ts'
import { withoutPeerId } from '../peer/peer-id.ts'
import { verifiedRecordSequence } from '../peer/signed-peer-record.ts'
import { FrameReader } from '../wire/frames.ts'
import { ProtobufReader, ProtobufWriter } from '../wire/protobuf.ts'
import type { PublicKey } from '../peer/public-key.ts'
import type { Identity } from './identity.ts'

/** Protocol id of identify (libp2p identify specification). */
export const IDENTIFY_PROTOCOL = '/ipfs/id/1.0.0'

/** Bytes of one identify stream that are read; identify fails above this. */
export const MAX_IDENTIFY_BYTES = 65_536

/** Messages of one identify stream that are read. */
export const MAX_IDENTIFY_MESSAGES = 10

/** Protocols and addresses that are kept. Real peers list tens. */
const MAX_PROTOCOLS = 512
const MAX_ADDRESSES = 256

const MAX_PROTOCOL_BYTES = 1_024
const MAX_ADDRESS_BYTES = 1_024

/** The merged messages of an identify stream. */
interface Merged {
  protocolVersion?: string
  agentVersion?: string
  protocols: Set<string>
  listenAddresses: Uint8Array[]
  observedAddress?: Uint8Array
  signedPeerRecord?: Uint8Array
}

/**
 * Reads everything received on an identify stream.
 *
 * @param peerId multihash of the remote; a signed peer record of another peer is ignored
 * @param peerKey that peer's key if the connection has already parsed it
 * @returns undefined if there is no complete message, or if the first one is malformed
 */
export function decodeIdentify (bytes: Uint8Array, peerId: Uint8Array, peerKey?: PublicKey): Identity | undefined {
  const frames = new FrameReader(MAX_IDENTIFY_BYTES)
  const merged: Merged = { protocols: new Set(), listenAddresses: [] }
  frames.push(bytes)
  let messages = 0

  for (let message = frames.next(); message !== undefined && messages < MAX_IDENTIFY_MESSAGES; message = frames.next()) {
    if (!merge(message, merged)) {
      break
    }
    messages++
  }

  return messages === 0 ? undefined : toIdentity(merged, peerId, peerKey)
}

function merge (message: Uint8Array, into: Merged): boolean {
  const reader = new ProtobufReader(message)

  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (reader.isBytes) {
      mergeField(field, reader, into)
    }
  }

  return !reader.malformed
}

function mergeField (field: number, reader: ProtobufReader, into: Merged): void {
  switch (field) {
    case 2:
      addAddress(reader.view(), into)
      break
    case 3:
      addProtocol(reader, into)
      break
    case 4:
      into.observedAddress = reader.view()
      break
    case 5:
      into.protocolVersion = reader.text()
      break
    case 6:
      into.agentVersion = reader.text()
      break
    case 8:
      into.signedPeerRecord = reader.view()
      break
  }
}

function addAddress (address: Uint8Array, { listenAddresses }: Merged): void {
  if (address.length > 0 && address.length <= MAX_ADDRESS_BYTES && listenAddresses.length < MAX_ADDRESSES) {
    listenAddresses.push(address)
  }
}

function addProtocol (reader: ProtobufReader, { protocols }: Merged): void {
  if (reader.position - reader.start <= MAX_PROTOCOL_BYTES && protocols.size < MAX_PROTOCOLS) {
    protocols.add(reader.text())
  }
}

function toIdentity ({ protocols, listenAddresses, signedPeerRecord, ...rest }: Merged, peerId: Uint8Array, peerKey?: PublicKey): Identity {
  const recordSequence = signedPeerRecord === undefined ? undefined : verifiedRecordSequence(signedPeerRecord, peerId, peerKey)

  return {
    ...rest,
    protocols: [...protocols],
    listenAddresses: listenAddresses.map(address => withoutPeerId(address, peerId)),
    ...defined({ recordSequence })
  }
}

/** The crawler's own identity. */
export interface OwnIdentity {
  /** The libp2p PublicKey message. */
  publicKey: Uint8Array

  protocolVersion: string
  agentVersion: string
  protocols: readonly string[]
}

/** The crawler's identify message. It lists no address and no DHT protocol, so remotes do not add the crawler to their routing tables. */
export function encodeIdentify ({ publicKey, protocolVersion, agentVersion, protocols }: OwnIdentity): Uint8Array<ArrayBuffer> {
  const writer = new ProtobufWriter().bytes(1, publicKey)

  for (const protocol of protocols) {
    writer.text(3, protocol)
  }

  return writer.text(5, protocolVersion).text(6, agentVersion).finish()
}
