import { networkInterfaces } from 'node:os'
import { addressClassOf, embeddedIpv4, isLoopback } from '../../address/ip-class.ts'
import { inRange, parseCidr } from '../../address/ip-range.ts'
import { parseIp } from '../../address/ip-text.ts'

/** An interface's address with the length of its prefix, such as 192.168.1.2/24. */
export type InterfaceCidrs = () => readonly string[]

/**
 * Whether an IP address may be that of a peer which multicast DNS told of: one of a private network, or of a link of this
 * machine. This machine itself is meant by its own answers alone. All else would let a neighbour make us dial anybody.
 *
 * @param source IP address that the answer came from, as text
 */
export function isOfLink (ip: Uint8Array, source: string, cidrs: InterfaceCidrs = localCidrs): boolean {
  const address = embeddedIpv4(ip) ?? ip

  if (isLoopback(address)) {
    const from = parseIp(source)

    return from !== undefined && (isLoopback(from) || cidrs().some(cidr => parseIp(cidr.slice(0, cidr.indexOf('/')))?.join() === from.join()))
  }

  return addressClassOf(address) === 'private' || cidrs().some((cidr) => {
    const range = parseCidr(cidr)

    return range !== undefined && inRange(range, address)
  })
}

function localCidrs (): string[] {
  return Object.values(networkInterfaces()).flatMap((addresses = []) => addresses.flatMap(({ cidr }) => cidr ?? []))
}
