// Which protocol ids name a Kademlia DHT: nobody registers them, so that their words are all there is to go by.

/** Protocols of one peer that are taken for its DHTs. */
export const MAX_PROTOCOLS = 8

/** Longest protocol id that is learnt, as long as a configured one may be. */
const MAX_LENGTH = 128

/** A word `kad` or `kademlia`: `/ipfs/kad/1.0.0`, `/dot/kad`, `/avail_kad/id/1.0.0-b91746`, `/kademlia/1`. */
const KAD_WORD = /[/_.-]kad(emlia)?([/_.-]|$)/i

/** `kad` within a longer word: `/mykad/1.0.0`. It may be chance, hence counts only where no word says so. */
const KAD_PART = /kad/i

/** The DHT of a local network, which every IPFS peer serves beside the public one, or as a client of that alone. */
const LAN_PART = '/lan/'

/** Whether a protocol is that of a local network's DHT. */
export function isLan (protocol: string): boolean {
  return protocol.includes(LAN_PART)
}

/** The protocols that seem to be Kademlia DHTs, of what a peer lists. */
export function kadNames (listed: readonly string[]): readonly string[] {
  const named = listed.filter(protocol => protocol.length <= MAX_LENGTH && KAD_PART.test(protocol))
  const certain = named.filter(protocol => KAD_WORD.test(protocol))

  return [...new Set(certain.length > 0 ? certain : named)]
}

/** The same without those of local networks, unless there is nothing else. */
export function networkNames (listed: readonly string[]): readonly string[] {
  const names = kadNames(listed)
  const wide = names.filter(protocol => !isLan(protocol))

  return (wide.length > 0 ? wide : names).slice(0, MAX_PROTOCOLS)
}
