import { AddressPolicy } from '../address/address-policy.ts'
import { readAddress } from '../address/address-reader.ts'
import { hasRoute } from '../client/route.ts'
import { FAST_LANE, FULL_LANE, QUIC_LANE } from './lane-abilities.ts'
import type { Scan } from '../../core/contracts/scan.ts'
import type { Transport } from '../../core/contracts/visit.ts'
import type { Address } from '../address/address-reader.ts'

const DIALLED: ReadonlySet<Transport> = new Set([FAST_LANE, QUIC_LANE, FULL_LANE].flatMap(({ transports }) => transports))

/** Whether a scan may dial an address and some lane can: tells the crawl which new addresses make a second visit worthwhile. */
export function mayDial (addresses: Scan['addresses']): (bytes: Uint8Array) => boolean {
  const policy = new AddressPolicy(addresses)

  return (bytes) => {
    const address = readAddress(bytes)

    return address !== undefined && canDial(address) && policy.allows(address)
  }
}

/** Whether some lane can dial an address; of a /dnsaddr it shows only when it is resolved. */
export function canDial (address: Address): boolean {
  const { transport } = address

  return transport === undefined || (DIALLED.has(transport) && (transport !== 'relay' || hasRoute(address)))
}
