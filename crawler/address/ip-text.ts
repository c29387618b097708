import { isIPv4, isIPv6 } from 'node:net'

const IPV6_GROUPS = 8

/** Text of an IPv4 (4 bytes) or IPv6 (16 bytes) address. IPv6 follows RFC 5952, but without dotted IPv4 parts. */
export function formatIp (ip: Uint8Array): string {
  return ip.length === 4 ? `${String(ip[0])}.${String(ip[1])}.${String(ip[2])}.${String(ip[3])}` : formatIpv6(ip)
}

/** Parses an IP address to 4 or 16 bytes; undefined if it is invalid. A zone (`%eth0`) is rejected. */
export function parseIp (text: string): Uint8Array | undefined {
  if (isIPv4(text)) {
    return Uint8Array.from(text.split('.'), Number)
  }

  return isIPv6(text) && !text.includes('%') ? parseIpv6(text) : undefined
}

function formatIpv6 (ip: Uint8Array): string {
  const groups: string[] = []
  let [start, length, run] = [0, 0, 0]

  for (let i = 0; i < IPV6_GROUPS; i++) {
    const group = (ip[2 * i] ?? 0) << 8 | (ip[2 * i + 1] ?? 0)
    groups.push(group.toString(16))
    run = group === 0 ? run + 1 : 0

    if (run > length) {
      [start, length] = [i - run + 1, run]
    }
  }

  if (length < 2) {
    return groups.join(':')
  }

  return `${groups.slice(0, start).join(':')}::${groups.slice(start + length).join(':')}`
}

function parseIpv6 (text: string): Uint8Array {
  const [head = '', tail] = text.split('::')
  const [before, after] = [groupsOf(head), groupsOf(tail ?? '')]
  const groups = tail === undefined ? before : [...before, ...Array<number>(IPV6_GROUPS - before.length - after.length).fill(0), ...after]

  return Uint8Array.from(groups.flatMap(group => [group >> 8, group & 0xff]))
}

/** The groups on one side of `::`; a dotted IPv4 address at the end counts as two groups. */
function groupsOf (text: string): number[] {
  return text === '' ? [] : text.split(':').flatMap(part => part.includes('.') ? pairs(part.split('.').map(Number)) : [Number.parseInt(part, 16)])
}

function pairs ([a = 0, b = 0, c = 0, d = 0]: number[]): number[] {
  return [a << 8 | b, c << 8 | d]
}
