// The addresses that a Kubo node of 2025 announces, as bytes. Only the first can be dialled here: the
// network has no UDP, and the IPv6 addresses are in the documentation prefix.
import { concatBytes } from '../../../crawler/wire/bytes.ts'

/** Port of all virtual peers, Kubo's own. */
export const PORT = 4_001

const CODES = {
  ip4: [4],
  ip6: [41],
  tcp: [6],
  udp: [0x91, 0x02],
  quicV1: [0xcd, 0x03],
  webtransport: [0xd1, 0x03],
  webrtcDirect: [0x98, 0x02],
  certhash: [0xd2, 0x03]
} as const
const PORT_BYTES = [PORT >> 8, PORT & 0xff] as const
const HASH_BYTES = 34
const MULTIHASH_HEAD = [0x12, 0x20] as const

/** IPv4 address of a peer, in 127.16.0.0/14. */
export function ipOf (number: number): string {
  return ipBytes(number).join('.')
}

/** Binary multiaddrs of a peer: six as announced by Kubo, or the first `count` of them. */
export function kuboAddresses (number: number, count: number): Uint8Array[] {
  const ip4 = [...CODES.ip4, ...ipBytes(number)]
  const ip6 = [...CODES.ip6, 0x20, 0x01, 0x0d, 0xb8, ...Array<number>(8).fill(0), 0, ...ipBytes(number).slice(1)]
  const quic = [...CODES.udp, ...PORT_BYTES, ...CODES.quicV1]
  const webtransport = [...quic, ...CODES.webtransport, ...certhash(number, 0xa7), ...certhash(number, 0x5c)]
  const webrtc = [...CODES.udp, ...PORT_BYTES, ...CODES.webrtcDirect, ...certhash(number, 0xa7)]

  return [
    [...ip4, ...CODES.tcp, ...PORT_BYTES],
    [...ip4, ...quic],
    [...ip4, ...webtransport],
    [...ip4, ...webrtc],
    [...ip6, ...quic],
    [...ip6, ...webtransport]
  ].slice(0, count).map(bytes => Uint8Array.from(bytes))
}

function ipBytes (number: number): number[] {
  return [127, 16 + (number >> 16), (number >> 8) & 0xff, number & 0xff]
}

function certhash (number: number, fill: number): Uint8Array {
  const digest = new Uint8Array(HASH_BYTES - MULTIHASH_HEAD.length).fill(fill)
  digest.set(ipBytes(number), 8)

  return concatBytes([Uint8Array.from([...CODES.certhash, HASH_BYTES, ...MULTIHASH_HEAD]), digest])
}
