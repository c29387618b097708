// The networks of a place file in the order of their addresses, from the number of bits that each answer covers.
import { formatIp } from '../address/ip-text.ts'

// A file of the whole world begins with networks of a few addresses, one of a few networks has wide gaps: either way the first ones say what it has.
const MAX_NETWORKS = 10_000

// Before 2000::/3 there are no addresses of peers but IPv4 ones, which are sampled as such.
const FIRST_IPV6 = 0x2000n << 112n

/**
 * Asks about one network after the other, until `ask` has enough, all were asked, or there were 10,000.
 *
 * @param ask gets the first address of a network, and returns the bits of its prefix
 */
export function sampleNetworks (family: 4 | 6, ask: (ip: string) => { bits: number, isEnough: boolean }): void {
  const width = family === 4 ? 32 : 128
  let ip = family === 4 ? 0n : FIRST_IPV6

  for (let n = 0; n < MAX_NETWORKS && ip < 1n << BigInt(width); n++) {
    const { bits, isEnough } = ask(formatIp(bytesOf(ip, width / 8)))
    const rest = BigInt(width - bits)
    ip = ((ip >> rest) + 1n) << rest

    if (isEnough) {
      return
    }
  }
}

function bytesOf (ip: bigint, length: number): Uint8Array {
  return Buffer.from(ip.toString(16).padStart(length * 2, '0'), 'hex')
}
