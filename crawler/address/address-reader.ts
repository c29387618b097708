import { transportOf } from './address-transport.ts'
import { CODE, MultiaddrReader } from './multiaddr-reader.ts'
import type { Transport } from '../../core/contracts/visit.ts'

/** Longest address that is read, in bytes. The longest in use, WebTransport behind a relay, has about 200. */
export const MAX_ADDRESS_BYTES = 512

/** Components that are read of one address. */
const MAX_COMPONENTS = 16

/** First component of an address; `other` for addresses that the crawler never dials, such as onion services. */
export type AddressFamily = 'ip4' | 'ip6' | 'dns' | 'dns4' | 'dns6' | 'dnsaddr' | 'other'

/** The parts of an address that filtering, ranking and dialling need. */
export interface Address {
  /** The binary multiaddr. */
  bytes: Uint8Array

  family: AddressFamily

  /** The bytes of the IP address or name; empty for `other`. */
  host: Uint8Array

  /** Where the host component ends. Resolving a name does not change what follows. */
  hostEnd: number

  /** The DNS name that was resolved to the host. */
  name?: string

  /** TCP or UDP port; 0 if none is given. */
  port: number

  /** Transport of a connection; undefined for a /dnsaddr, which does not contain it. */
  transport?: Transport
}

const FAMILIES = new Map<number, AddressFamily>([
  [CODE.ip4, 'ip4'],
  [CODE.ip6, 'ip6'],
  [CODE.dns, 'dns'],
  [CODE.dns4, 'dns4'],
  [CODE.dns6, 'dns6'],
  [CODE.dnsaddr, 'dnsaddr']
])

const NO_HOST = new Uint8Array(0)

/**
 * Reads a binary multiaddr. Never throws.
 *
 * @returns undefined for an invalid multiaddr
 */
export function readAddress (bytes: Uint8Array): Address | undefined {
  if (bytes.length === 0 || bytes.length > MAX_ADDRESS_BYTES) {
    return undefined
  }

  const reader = new MultiaddrReader(bytes)
  const family = FAMILIES.get(reader.next())

  if (reader.malformed) {
    return undefined
  }

  return family === undefined
    ? { bytes, family: 'other', host: NO_HOST, hostEnd: 0, port: 0, transport: 'other' }
    : readAfterHost(reader, { bytes, family, host: reader.view(), hostEnd: reader.position, port: 0 })
}

function readAfterHost (reader: MultiaddrReader, address: Address): Address | undefined {
  const codes: number[] = []

  for (let code = reader.next(); code !== 0 && codes.length <= MAX_COMPONENTS; code = reader.next()) {
    codes.push(code)

    if (code === CODE.tcp || code === CODE.udp) {
      address.port ||= portAt(address.bytes, reader.start)
    }
  }

  if (reader.malformed || codes.length > MAX_COMPONENTS) {
    return undefined
  }
  if (address.family !== 'dnsaddr') {
    address.transport = reader.unknown ? 'other' : transportOf(codes)
  }

  return address
}

function portAt (bytes: Uint8Array, position: number): number {
  return (bytes[position] ?? 0) << 8 | (bytes[position + 1] ?? 0)
}
