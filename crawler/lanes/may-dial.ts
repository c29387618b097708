import { AddressPolicy } from '../address/address-policy.ts'
import { readAddress } from '../address/address-reader.ts'
import { hasRoute } from '../client/route.ts'
import { isQuic } from '../quic/quic-address.ts'
import type { Scan } from '../../core/contracts/scan.ts'
import type { Address } from '../address/address-reader.ts'

/** Whether a scan may dial an address and a client of ours can: such addresses make a peer worth a visit, and a new one a second visit. */
export function mayDial (addresses: Scan['addresses']): (bytes: Uint8Array) => boolean {
  const policy = new AddressPolicy(addresses)

  return (bytes) => {
    const address = readAddress(bytes)

    return address !== undefined && canDial(address) && policy.allows(address)
  }
}

/** Whether the fast client or the QUIC client dials an address; of a /dnsaddr it shows only when it is resolved. */
export function canDial (address: Address): boolean {
  return hasRoute(address) || isQuic(address)
}
