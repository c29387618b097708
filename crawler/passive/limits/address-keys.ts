import { readAddress } from '../../address/address-reader.ts'
import { embeddedIpv4 } from '../../address/ip-class.ts'
import { bytesOf } from '../connection/connection-facts.ts'
import type { Multiaddr } from '@multiformats/multiaddr'

/** Keys of an IP address of 4 or 16 bytes and of its /24 or /64. An IPv6 address that embeds an IPv4 address counts as that IPv4 address. */
export function addressKeys (address: Uint8Array): [ip: string, subnet: string] {
  const ip = embeddedIpv4(address) ?? address
  const key = Buffer.from(ip).toString('hex')

  return [key, key.slice(0, ip.length === 4 ? 6 : 16)]
}

/** The IP address and port of a remote; undefined if its multiaddr does not begin with an IP address. */
export function remoteOf (remote: Multiaddr): { ip: Uint8Array, port: number } | undefined {
  const bytes = bytesOf(remote)
  const address = bytes === undefined ? undefined : readAddress(bytes)

  return address?.family === 'ip4' || address?.family === 'ip6' ? { ip: address.host, port: address.port } : undefined
}
