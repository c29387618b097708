import { AddressPolicy } from '../address/address-policy.ts'
import { readAddress } from '../address/address-reader.ts'
import { hasRoute } from '../client/route.ts'
import { isQuic } from '../quic/quic-address.ts'
import type { Scan } from '../../core/contracts/scan.ts'
import type { Address } from '../address/address-reader.ts'

/**
 * Whether a scan may dial an address and one of the clients can. A peer is visited only if it has such an address,
 * and a second time only if it gets a new one.
 */
export function mayDial (addresses: Scan['addresses']): (bytes: Uint8Array) => boolean {
  const policy = new AddressPolicy(addresses)

  return (bytes) => {
    const address = readAddress(bytes)

    return address !== undefined && canDial(address) && policy.allows(address)
  }
}

/** Whether one of the clients can dial an address. True for an unresolved /dnsaddr, which may lead to any address. */
export function canDial (address: Address): boolean {
  return hasRoute(address) || isQuic(address)
}
