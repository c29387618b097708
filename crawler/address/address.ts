// The library takes 4-24 µs to print an address, and a visit prints a dozen. The common protocols are therefore
// printed here, and only rare ones go to the library.
import { multiaddr } from '@multiformats/multiaddr'
import { formatPeerId, parsePeerId } from '../peer/peer-id-text.ts'
import { isPeerId } from '../peer/peer-id.ts'
import { parseForeignAddress } from './foreign-address.ts'
import { formatIp } from './ip-text.ts'
import { CODE, MultiaddrReader } from './multiaddr-reader.ts'
import type { Multiaddr } from '@multiformats/multiaddr'

/** Longest text of an address that is parsed. */
const MAX_TEXT = 1_024

/** Printable ASCII: safe in a log or a table. */
const PRINTABLE = /^[\x21-\x7e]+$/

/**
 * Text of a binary multiaddr. Undefined for an invalid multiaddr, and for one whose text would parse as another
 * address (a name that contains slashes) or is not printable.
 */
export function formatAddress (bytes: Uint8Array): string | undefined {
  const reader = new MultiaddrReader(bytes)
  let text = ''

  for (let code = reader.next(); code !== 0; code = reader.next()) {
    const component = formatComponent(code, reader.view())

    if (component === undefined) {
      return undefined
    }

    text += component
  }

  if (reader.malformed) {
    return undefined
  }

  return reader.unknown ? formatByLibrary(bytes) : printable(text)
}

/** A multiaddr parsed from its text. */
export interface ParsedAddress {
  /** Binary multiaddr without a /p2p/<id> at its end. */
  address: Uint8Array

  /** Multihash of the peer id at the end of the text. */
  peerId?: Uint8Array
}

/**
 * Reads the text of a multiaddr; undefined if it is invalid. An address with an unknown protocol is still accepted if it ends in a peer id.
 */
export function parseAddress (text: string): ParsedAddress | undefined {
  if (text.length > MAX_TEXT) {
    return undefined
  }

  try {
    const parsed = multiaddr(text)

    return parsed.bytes.length === 0 ? undefined : splitPeerId(parsed)
  } catch (err) {
    // any other error of the library means that the text is not a multiaddr
    return err instanceof Error && err.name === 'UnknownProtocolError' ? parseForeignAddress(text) : undefined
  }
}

function splitPeerId ({ bytes }: Multiaddr): ParsedAddress | undefined {
  const last = multiaddr(bytes).getComponents().at(-1)

  if (last?.code !== CODE.p2p) {
    return { address: bytes }
  }

  const peerId = parsePeerId(last.value ?? '')
  // the protocol code takes two bytes and the length of a peer id takes one
  return peerId === undefined ? undefined : { address: bytes.subarray(0, bytes.length - peerId.length - 3), peerId }
}

type FormatValue = (value: Uint8Array) => string | undefined

const noValue: FormatValue = () => ''
const ip: FormatValue = value => `/${formatIp(value)}`
const port: FormatValue = value => `/${String((value[0] ?? 0) << 8 | (value[1] ?? 0))}`
const peerId: FormatValue = value => isPeerId(value) ? `/${formatPeerId(value)}` : undefined
const multibase: FormatValue = value => `/u${bufferOf(value).toString('base64url')}`

/** A name must not be empty, and must not contain a slash, which would end its component. */
const hostName: FormatValue = (value) => {
  const text = bufferOf(value).toString('latin1')

  return text === '' || text.includes('/') ? undefined : `/${text}`
}

const FORMATS = new Map<number, readonly [name: string, format: FormatValue]>([
  [CODE.ip4, ['ip4', ip]],
  [CODE.ip6, ['ip6', ip]],
  [CODE.ip6zone, ['ip6zone', hostName]],
  [CODE.tcp, ['tcp', port]],
  [CODE.udp, ['udp', port]],
  [CODE.dns, ['dns', hostName]],
  [CODE.dns4, ['dns4', hostName]],
  [CODE.dns6, ['dns6', hostName]],
  [CODE.dnsaddr, ['dnsaddr', hostName]],
  [CODE.sni, ['sni', hostName]],
  [CODE.p2p, ['p2p', peerId]],
  [CODE.certhash, ['certhash', multibase]],
  [CODE.webrtcDirect, ['webrtc-direct', noValue]],
  [CODE.webrtc, ['webrtc', noValue]],
  [CODE.circuit, ['p2p-circuit', noValue]],
  [CODE.tls, ['tls', noValue]],
  [CODE.noise, ['noise', noValue]],
  [CODE.quic, ['quic', noValue]],
  [CODE.quicV1, ['quic-v1', noValue]],
  [CODE.webtransport, ['webtransport', noValue]],
  [CODE.ws, ['ws', noValue]],
  [CODE.wss, ['wss', noValue]]
])

function formatComponent (code: number, value: Uint8Array): string | undefined {
  const [name = '', format = noValue] = FORMATS.get(code) ?? []
  const text = format(value)

  return text === undefined ? undefined : `/${name}${text}`
}

function bufferOf (bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
}

function printable (text: string): string | undefined {
  return PRINTABLE.test(text) ? text : undefined
}

function formatByLibrary (bytes: Uint8Array): string | undefined {
  try {
    const text = multiaddr(bytes).toString()

    return Buffer.compare(multiaddr(text).bytes, bytes) === 0 ? printable(text) : undefined
  } catch {
    // the bytes come from a remote, and the library throws many kinds of errors for them: all mean an invalid address
    return undefined
  }
}
