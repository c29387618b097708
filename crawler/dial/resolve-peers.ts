import { readAddress } from '../address/address-reader.ts'
import { resolveNames } from './resolve.ts'
import type { Address } from '../address/address-reader.ts'
import type { PeerRecord } from '../peer/peer-record.ts'
import type { DnsResolver } from './dns/dns-resolver.ts'

/** What resolving needs and looks for. */
export interface ResolvePeersOptions {
  dns: DnsResolver

  /** Whether an address is wanted; checked before and after its name is resolved. */
  accepts: (address: Address) => boolean
}

/** Replaces names in peers' addresses by IP addresses, for a library that would otherwise resolve the names itself without checking the policy. */
export async function resolvePeers (peers: readonly PeerRecord[], { dns, accepts }: ResolvePeersOptions, signal: AbortSignal): Promise<PeerRecord[]> {
  return await Promise.all(peers.map(async ({ id, addresses }) => {
    const read = addresses.map(readAddress).filter(address => address !== undefined).filter(accepts)
    const { resolved } = await resolveNames(read, { dns, peerId: id, accepts }, signal)

    return { id, addresses: resolved.map(({ address }) => address.bytes) }
  }))
}
