import { inRange, parseCidr } from './ip-range.ts'
import type { IpRange } from './ip-range.ts'

// The IANA special-purpose registries (RFC 6890), read for one question: may a crawler connect?
// `private` networks a scan may ask for; `forbidden` nobody may: link-local and multicast lead to
// machines that never asked, and the metadata services of clouds hand out credentials.

/** How an IP address is routed. */
export type IpClass = 'public' | 'private' | 'forbidden'

const PRIVATE_IPV4 = ranges('10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16')

const FORBIDDEN_IPV4 = ranges(
  '0.0.0.0/8', // this network, unspecified
  '100.100.100.200/32', // metadata, Alibaba Cloud
  '168.63.129.16/32', // host services, Azure
  '169.254.0.0/16', // link-local, with the metadata of AWS, Azure, Google and others
  '192.0.0.0/24', // IETF protocols, with the metadata of Oracle Cloud
  '192.0.2.0/24', // documentation
  '192.88.99.0/24', // 6to4 relays
  '198.18.0.0/15', // benchmarking
  '198.51.100.0/24', // documentation
  '203.0.113.0/24', // documentation
  '224.0.0.0/4', // multicast
  '240.0.0.0/4' // reserved, broadcast
)

const PRIVATE_IPV6 = ranges('::1/128', 'fc00::/7')

const FORBIDDEN_IPV6 = ranges(
  'fd00:ec2::/32', // metadata, AWS
  'fd20:ce::/32', // metadata, Google
  'fd00:c1::a9fe:a9fe/128', // metadata, Oracle Cloud
  '2001::/23', // IETF protocols, benchmarking, ORCHID
  '2001:db8::/32', // documentation
  '3fff::/20' // documentation
)

/** The only range of globally routed IPv6 addresses that is in use. */
const GLOBAL_UNICAST = ranges('2000::/3')

const LOOPBACK = ranges('127.0.0.0/8', '::1/128')

const TEREDO = ranges('2001::/32')
const SIX_TO_FOUR = ranges('2002::/16')
const NAT64 = ranges('64:ff9b::/96')
const IPV4_MAPPED = ranges('::ffff:0:0/96')

/** The class of an IP address of 4 or 16 bytes. One that carries an IPv4 address has that one's class: there it leads. */
export function addressClassOf (ip: Uint8Array): IpClass {
  if (ip.length === 4) {
    return ipv4Class(ip)
  }

  const inner = embeddedIpv4(ip)

  return inner === undefined ? ipv6Class(ip) : ipv4Class(inner)
}

/** Whether an IP address is this machine itself. */
export function isLoopback (ip: Uint8Array): boolean {
  return isIn(LOOPBACK, embeddedIpv4(ip) ?? ip)
}

/** The IPv4 address that an IPv4-mapped, NAT64, 6to4 or Teredo address leads to. */
export function embeddedIpv4 (ip: Uint8Array): Uint8Array | undefined {
  if (ip.length !== 16) {
    return undefined
  }
  if (isIn(IPV4_MAPPED, ip) || isIn(NAT64, ip)) {
    return ip.subarray(12)
  }
  if (isIn(SIX_TO_FOUR, ip)) {
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

/** What is neither private nor in 2000::/3 is reserved: unspecified, IPv4-compatible, link-local, site-local, multicast. */
function ipv6Class (ip: Uint8Array): IpClass {
  if (isIn(FORBIDDEN_IPV6, ip)) {
    return 'forbidden'
  }
  if (isIn(PRIVATE_IPV6, ip)) {
    return 'private'
  }

  return isIn(GLOBAL_UNICAST, ip) ? 'public' : 'forbidden'
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
