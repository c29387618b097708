// An address is mentioned a hundred times in a crawl and dialled at most once. It is therefore read as bytes: the
// library takes 4-24 µs to make a text of it.
import { MALFORMED, readVarint } from '../wire/varint.ts'

/** Protocol codes of the multiaddr table that decide how an address is dialled or printed. */
export const CODE = {
  ip4: 4,
  tcp: 6,
  ip6: 41,
  ip6zone: 42,
  dns: 53,
  dns4: 54,
  dns6: 55,
  dnsaddr: 56,
  udp: 273,
  webrtcDirect: 280,
  webrtc: 281,
  circuit: 290,
  p2p: 421,
  tls: 448,
  sni: 449,
  noise: 454,
  quic: 460,
  quicV1: 461,
  webtransport: 465,
  certhash: 466,
  ws: 477,
  wss: 478
} as const

const VARIABLE = -1

/** Bytes of each protocol's value. */
const VALUE_BYTES = new Map<number, number>([
  [CODE.ip4, 4],
  [CODE.tcp, 2],
  [CODE.ip6, 16],
  [CODE.ip6zone, VARIABLE],
  [CODE.dns, VARIABLE],
  [CODE.dns4, VARIABLE],
  [CODE.dns6, VARIABLE],
  [CODE.dnsaddr, VARIABLE],
  [CODE.udp, 2],
  [CODE.webrtcDirect, 0],
  [CODE.webrtc, 0],
  [CODE.circuit, 0],
  [CODE.p2p, VARIABLE],
  [CODE.tls, 0],
  [CODE.sni, VARIABLE],
  [CODE.noise, 0],
  [CODE.quic, 0],
  [CODE.quicV1, 0],
  [CODE.webtransport, 0],
  [CODE.certhash, VARIABLE],
  [CODE.ws, 0],
  [CODE.wss, 0]
])

/** Walks the components of a binary multiaddr. Does not allocate and never throws. */
export class MultiaddrReader {
  /** Whether the bytes are truncated or malformed. */
  malformed = false

  /** Whether there was a protocol that this reader does not know: what follows it cannot be read. */
  unknown = false

  /** First byte of the current component's value. */
  start = 0

  /** End of the current component. */
  position = 0

  readonly #bytes: Uint8Array

  constructor (bytes: Uint8Array) {
    this.#bytes = bytes
  }

  /** Code of the next component; 0 at the end, if malformed and at an unknown protocol. */
  next (): number {
    if (this.malformed || this.unknown || this.position >= this.#bytes.length) {
      return 0
    }

    const code = this.#readNumber()
    const size = VALUE_BYTES.get(code)

    if (size === undefined) {
      this.malformed = code <= 0
      this.unknown = code > 0

      return 0
    }

    return this.#skipValue(size) ? code : 0
  }

  /** The current component's value, as a view. */
  view (): Uint8Array {
    return this.#bytes.subarray(this.start, this.position)
  }

  // Numbers in multiformats must have their shortest form (unsigned-varint specification). Otherwise one address
  // could have many encodings and count as many addresses.
  #readNumber (): number {
    const from = this.position
    const value = readVarint(this.#bytes, this, this.#bytes.length)

    return this.position - from > 1 && this.#bytes[this.position - 1] === 0 ? MALFORMED : value
  }

  #skipValue (size: number): boolean {
    const length = size === VARIABLE ? this.#readNumber() : size
    this.start = this.position

    if (length < 0 || length > this.#bytes.length - this.position) {
      this.malformed = true

      return false
    }

    this.position += length

    return true
  }
}
