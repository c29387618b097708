import { networkInterfaces } from 'node:os'
import { addressClassOf, embeddedIpv4, isLoopback } from '../../address/ip-class.ts'
import { inRange, parseCidr } from '../../address/ip-range.ts'
import { parseIp } from '../../address/ip-text.ts'

/** The addresses of the interfaces with prefix lengths, such as 192.168.1.2/24. */
export type InterfaceCidrs = () => readonly string[]

/**
 * Whether an IP address is acceptable for a peer announced by multicast DNS: it is in a private network or on a link
 * of this machine. Loopback addresses are accepted only from this machine itself. Otherwise any host on the link
 * could make us dial any address.
 *
 * @param source IP address of the sender, as text
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
