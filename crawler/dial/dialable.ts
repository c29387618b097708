import { readAddress } from '../address/address-reader.ts'
import { resolveNames } from './resolve.ts'
import type { Outcome } from '../../core/contracts/outcome.ts'
import type { AddressPolicy } from '../address/address-policy.ts'
import type { Address } from '../address/address-reader.ts'
import type { PeerRecord } from '../peer/peer-record.ts'
import type { DnsResolver } from './dns/dns-resolver.ts'

/** Addresses of one peer that are considered; a crawl keeps no more. */
const MAX_ADDRESSES = 128

/** What decides which addresses of a peer are dialled. */
export interface DialableDeps {
  policy: AddressPolicy
  dns: DnsResolver

  /** Whether the client can dial such an address. */
  supports: (address: Address) => boolean
}

/** The addresses to dial; if there are none, the outcome gives the reason. */
export type Dialable = { addresses: readonly Address[] } | { addresses: readonly [], outcome: Outcome }

/**
 * The addresses of a peer that may and can be dialled, with names resolved.
 *
 * The policy is checked before and after resolving, and before the client's transports: a forbidden address does not
 * count as an unsupported transport. If no address is left, the reason is that of the address that got furthest.
 */
export async function dialableAddresses ({ id, addresses }: PeerRecord, { policy, dns, supports }: DialableDeps, signal: AbortSignal): Promise<Dialable> {
  const dropped = { filtered: 0, unsupported: 0 }
  const accepts = (address: Address): boolean => {
    const allowed = policy.allows(address)
    const supported = supports(address)
    dropped.filtered += allowed ? 0 : 1
    dropped.unsupported += allowed && !supported ? 1 : 0

    return allowed && supported
  }
  const accepted = addresses.slice(0, MAX_ADDRESSES).map(readAddress).filter(address => address !== undefined).filter(accepts)
  const { resolved, failures, limited } = await resolveNames(accepted, { dns, peerId: id, accepts }, signal)

  if (resolved.length > 0) {
    return { addresses: resolved.map(({ address }) => address) }
  }

  return { addresses: [], outcome: whyNone({ ...dropped, failures, limited }) }
}

function whyNone ({ filtered, unsupported, failures, limited }: { filtered: number, unsupported: number, failures: number, limited: number }): Outcome {
  if (limited > 0) {
    return 'limit-exceeded'
  }
  if (failures > 0) {
    return 'dns-failed'
  }
  if (unsupported > 0) {
    return 'unsupported-transport'
  }

  return filtered > 0 ? 'filtered' : 'no-dialable-address'
}
