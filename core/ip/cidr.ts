import { BlockList, isIPv4, isIPv6 } from 'node:net'

const IPV4_BITS = 32
const IPV6_BITS = 128

/** Whether all addresses of one CIDR are in another of its family. @throws TypeError for an invalid CIDR */
export function isWithin (inner: string, outer: string): boolean {
  const [start, bits, family] = partsOf(inner)
  const [outerStart, outerBits, outerFamily] = partsOf(outer)
  const list = new BlockList()
  list.addSubnet(outerStart, outerBits, outerFamily)

  return family === outerFamily && bits >= outerBits && list.check(start, family)
}

/**
 * The CIDR of one address: `10.0.0.5` is `10.0.0.5/32`. An IPv4-mapped IPv6 address becomes its IPv4 address, which is
 * what the packets have. Undefined for a name.
 */
export function cidrOf (host: string): string | undefined {
  if (isIPv4(host)) {
    return `${host}/${String(IPV4_BITS)}`
  }
  if (!isIPv6(host) || host.includes('%')) {
    return undefined
  }

  // In canonical form, without dotted parts.
  const text = new URL(`http://[${host}]`).hostname.slice(1, -1)
  const [, high, low] = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(text) ?? []

  return high === undefined || low === undefined ? `${text}/${String(IPV6_BITS)}` : `${dotted(high)}.${dotted(low)}/${String(IPV4_BITS)}`
}

/** The IPv6 addresses under a prefix of whole groups that lead to an IPv4 CIDR: `10.0.0.0/8` under `2002::/16` is `2002:a00::/24`. */
export function embedded (cidr: string, under: string): string {
  const [ip, bits] = partsOf(cidr)
  const [prefix, prefixBits] = partsOf(under)
  const [a = 0, b = 0, c = 0, d = 0] = ip.split('.').map(Number)
  const groups = [a << 8 | b, c << 8 | d].map(group => group.toString(16)).join(':')
  const total = prefixBits + bits

  return new URL(`http://[${prefixBits + IPV4_BITS === IPV6_BITS ? `${prefix}${groups}` : `${prefix.slice(0, -2)}:${groups}::`}]`).hostname.slice(1, -1).concat('/', String(total))
}

/** A CIDR in canonical form, with zeros after its prefix: `10.1.2.3/8` is `10.0.0.0/8`. @throws TypeError for an invalid CIDR */
export function canonicalCidr (cidr: string): string {
  const [ip, bits, family] = partsOf(cidr)

  if (family === 'ipv4') {
    const masked = ip.split('.').map((byte, i) => Number(byte) & maskOf(bits - 8 * i, 8))

    return `${masked.join('.')}/${String(bits)}`
  }

  const masked = groupsOf(ip).map((group, i) => (group & maskOf(bits - 16 * i, 16)).toString(16))

  return `${new URL(`http://[${masked.join(':')}]`).hostname.slice(1, -1)}/${String(bits)}`
}

// Mask of the first bits of a number.
function maskOf (bits: number, width: number): number {
  const free = width - Math.min(width, Math.max(0, bits))

  return (2 ** width - 1) >> free << free
}

// In the canonical form of a URL, `::` replaces one run of zeros, and no part is dotted.
function groupsOf (ip: string): number[] {
  const [head = '', tail] = new URL(`http://[${ip}]`).hostname.slice(1, -1).split('::')
  const [left, right] = [head, tail ?? ''].map(text => text === '' ? [] : text.split(':').map(group => Number.parseInt(group, 16))) as [number[], number[]]

  return [...left, ...Array<number>(8 - left.length - right.length).fill(0), ...right]
}

function dotted (group: string): string {
  const value = Number.parseInt(group, 16)

  return `${String(value >> 8)}.${String(value & 0xff)}`
}

function partsOf (cidr: string): [ip: string, bits: number, family: 'ipv4' | 'ipv6'] {
  const [ip = '', bits = ''] = cidr.split('/')

  if ((!isIPv4(ip) && !isIPv6(ip)) || !/^\d{1,3}$/.test(bits) || Number(bits) > (isIPv4(ip) ? IPV4_BITS : IPV6_BITS)) {
    throw new TypeError(`not a CIDR: ${cidr}`)
  }

  return [ip, Number(bits), isIPv4(ip) ? 'ipv4' : 'ipv6']
}
