import { readAddress } from '../address/address-reader.ts'
import type { Address } from '../address/address-reader.ts'

/**
 * Orders ranked addresses for another visit after a failure: first those of transports that were not tried, then those
 * that were not tried, then the rest. Within these, the order stays.
 *
 * @param tried addresses dialled in vain
 */
export function triedLast (groups: readonly (readonly Address[])[], tried: readonly Uint8Array[] = []): Address[][] {
  const addresses = new Set(tried.map(latin1))
  const transports = new Set(tried.flatMap(bytes => readAddress(bytes)?.transport ?? []))
  const orderOf = ({ bytes, transport }: Address): number => {
    if (addresses.has(latin1(bytes))) {
      return 2
    }

    return transport !== undefined && transports.has(transport) ? 1 : 0
  }

  return groups.map(group => [0, 1, 2].flatMap(order => group.filter(address => orderOf(address) === order)))
}

function latin1 (bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
}
