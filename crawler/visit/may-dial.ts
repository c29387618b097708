import { AddressPolicy } from './address-policy.ts'
import { readAddress } from './address-reader.ts'
import type { Scan } from '../../core/contracts/scan.ts'
import type { Transport } from '../../core/contracts/visit.ts'

// The transports of all lanes.
const DIALLED: ReadonlySet<Transport> = new Set(['tcp', 'quic-v1'])

/** Whether a scan may dial an address and some lane can: tells the crawl which new addresses make a second visit worthwhile. */
export function mayDial (addresses: Scan['addresses']): (bytes: Uint8Array) => boolean {
  const policy = new AddressPolicy(addresses)

  return (bytes) => {
    const address = readAddress(bytes)

    return address !== undefined && (address.transport === undefined || DIALLED.has(address.transport)) && policy.allows(address)
  }
}
