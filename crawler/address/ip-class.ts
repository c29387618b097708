// A scan may ask for `private` networks but never for `forbidden` ones. The network policies are generated from the same ranges.
import { FORBIDDEN_RANGES, GLOBAL_UNICAST, NAT64, PRIVATE_RANGES, SIX_TO_FOUR } from '../../core/ip/ip-ranges.ts'
import { inRange, parseCidr } from './ip-range.ts'
import type { IpRange } from './ip-range.ts'

/** Class of an IP address by where it is routed. */
export type IpClass = 'public' | 'private' | 'forbidden'

const PRIVATE_IPV4 = ranges(...PRIVATE_RANGES.ipv4)
const FORBIDDEN_IPV4 = ranges(...FORBIDDEN_RANGES.ipv4)
const PRIVATE_IPV6 = ranges(...PRIVATE_RANGES.ipv6)
const FORBIDDEN_IPV6 = ranges(...FORBIDDEN_RANGES.ipv6)
const GLOBAL = ranges(GLOBAL_UNICAST)

const LOOPBACK = ranges('127.0.0.0/8', '::1/128')

const TEREDO = ranges('2001::/32')
const RELAYED = ranges(SIX_TO_FOUR)
const TRANSLATED = ranges(NAT64)
const IPV4_MAPPED = ranges('::ffff:0:0/96')

/** The class of an IP address of 4 or 16 bytes. An IPv6 address that embeds an IPv4 address has the class of that IPv4 address, since it is routed there. */
export function addressClassOf (ip: Uint8Array): IpClass {
  if (ip.length === 4) {
    return ipv4Class(ip)
  }

  const inner = embeddedIpv4(ip)

  return inner === undefined ? ipv6Class(ip) : ipv4Class(inner)
}

/** Whether an IP address is a loopback address. */
export function isLoopback (ip: Uint8Array): boolean {
  return isIn(LOOPBACK, embeddedIpv4(ip) ?? ip)
}

/** The IPv4 address embedded in an IPv4-mapped, NAT64, 6to4 or Teredo address. */
export function embeddedIpv4 (ip: Uint8Array): Uint8Array | undefined {
  if (ip.length !== 16) {
    return undefined
  }
  if (isIn(IPV4_MAPPED, ip) || isIn(TRANSLATED, ip)) {
    return ip.subarray(12)
  }
  if (isIn(RELAYED, ip)) {
    return ip.subarray(2, 6)
  }

  // Teredo stores the client's address inverted (RFC 4380, section 4).
  return isIn(TEREDO, ip) ? ip.subarray(12).map(byte => byte ^ 0xff) : undefined
}

function ipv4Class (ip: Uint8Array): IpClass {
  if (isIn(FORBIDDEN_IPV4, ip)) {
    return 'forbidden'
  }

  return isIn(PRIVATE_IPV4, ip) ? 'private' : 'public'
}

/** An address that is neither private nor in 2000::/3 is reserved: unspecified, IPv4-compatible, link-local, site-local, multicast. */
function ipv6Class (ip: Uint8Array): IpClass {
  if (isIn(FORBIDDEN_IPV6, ip)) {
    return 'forbidden'
  }
  if (isIn(PRIVATE_IPV6, ip)) {
    return 'private'
  }

  return isIn(GLOBAL, ip) ? 'public' : 'forbidden'
}

function isIn (list: readonly IpRange[], ip: Uint8Array): boolean {
  return list.some(range => inRange(range, ip))
}

function ranges (...texts: readonly string[]): readonly IpRange[] {
  return texts.map((text) => {
    const range = parseCidr(text)

    if (range === undefined) {
      throw new TypeError(`not a CIDR: ${text}`)
    }

    return range
  })
}
