import { peerFault } from '../../peer/peer-fault.ts'
import { ProtobufReader, ProtobufWriter } from '../../wire/protobuf.ts'
import type { HostKey } from '../../peer/host-key.ts'

/**
 * The signed payload of the Noise handshake (libp2p specifications, noise: NoiseHandshakePayload).
 *
 * It binds the peer's identity to its Noise key. It may contain the supported muxers, which saves a round trip of
 * negotiation.
 */
const IDENTITY_KEY = 1
const IDENTITY_SIG = 2
const EXTENSIONS = 4
const STREAM_MUXERS = 2
const SIGNED_HEAD = Buffer.from('noise-libp2p-static-key:')
const MAX_MUXERS = 16

/** A remote's handshake payload. Nothing is verified yet. */
export interface NoisePayload {
  /** Its public key, as the protobuf. */
  keyMessage: Uint8Array

  signature: Uint8Array

  /** Stream multiplexers that it supports; empty if the payload does not list them. */
  muxers: readonly string[]
}

/** The bytes that the identity key signs for a Noise static key. */
export function signedBytes (staticKey: Uint8Array): Uint8Array {
  return Buffer.concat([SIGNED_HEAD, staticKey])
}

/** Encodes our payload. It depends on our keys only, so it is signed once. */
export function encodeNoisePayload (hostKey: Pick<HostKey, 'message' | 'sign'>, staticKey: Uint8Array, muxers: readonly string[]): Uint8Array {
  const payload = new ProtobufWriter().bytes(IDENTITY_KEY, hostKey.message).bytes(IDENTITY_SIG, hostKey.sign(signedBytes(staticKey)))

  if (muxers.length > 0) {
    const extensions = new ProtobufWriter()
    muxers.forEach(muxer => extensions.text(STREAM_MUXERS, muxer))
    payload.bytes(EXTENSIONS, extensions.finish())
  }

  return payload.finish()
}

/** Reads a remote's payload. Throws PP_PEER_FAULT if it is malformed or lacks the key or signature. */
export function parseNoisePayload (bytes: Uint8Array): NoisePayload {
  const { [IDENTITY_KEY]: keyMessage, [IDENTITY_SIG]: signature, [EXTENSIONS]: extensions } = parseFields(bytes)

  if (keyMessage === undefined || signature === undefined) {
    throw peerFault('handshake-failed', 'the Noise payload lacks the identity key or its signature')
  }

  return { keyMessage, signature, muxers: extensions === undefined ? [] : parseMuxers(extensions) }
}

/** Length-delimited fields by number; of repeated fields, the last. */
function parseFields (bytes: Uint8Array): Partial<Record<number, Uint8Array>> {
  const reader = new ProtobufReader(bytes)
  const fields: Partial<Record<number, Uint8Array>> = {}

  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field <= EXTENSIONS && reader.isBytes) {
      fields[field] = reader.view()
    }
  }

  if (reader.malformed) {
    throw peerFault('handshake-failed', 'the Noise payload is malformed')
  }

  return fields
}

/** The stream muxers in the extensions. Malformed extensions are ignored: the muxer is then negotiated later. */
function parseMuxers (bytes: Uint8Array): string[] {
  const reader = new ProtobufReader(bytes)
  const muxers: string[] = []

  for (let field = reader.next(); field !== 0 && muxers.length < MAX_MUXERS; field = reader.next()) {
    if (field === STREAM_MUXERS && reader.isBytes) {
      muxers.push(reader.text())
    }
  }

  return muxers
}
