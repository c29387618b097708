// Recognises protocol ids of Kademlia DHTs. There is no registry, so only the words in the id can tell.

/** DHT protocols that are accepted of one peer. */
export const MAX_PROTOCOLS = 8

/** Longest protocol id that is learnt: the same limit as for a configured one. */
const MAX_LENGTH = 128

/** The word `kad` or `kademlia`: `/ipfs/kad/1.0.0`, `/dot/kad`, `/avail_kad/id/1.0.0-b91746`, `/kademlia/1`. */
const KAD_WORD = /[/_.-]kad(emlia)?([/_.-]|$)/i

/** `kad` within a longer word: `/mykad/1.0.0`. This may be coincidence, so it counts only if no protocol contains the whole word. */
const KAD_PART = /kad/i

/** Marks the DHT of a local network. Every IPFS peer serves it in addition to the public one; clients of the public DHT serve it alone. */
const LAN_PART = '/lan/'

/** Whether a protocol is the DHT of a local network. */
export function isLan (protocol: string): boolean {
  return protocol.includes(LAN_PART)
}

/** The listed protocols that look like Kademlia DHTs. */
export function kadNames (listed: readonly string[]): readonly string[] {
  const named = listed.filter(protocol => protocol.length <= MAX_LENGTH && KAD_PART.test(protocol))
  const certain = named.filter(protocol => KAD_WORD.test(protocol))

  return [...new Set(certain.length > 0 ? certain : named)]
}

/** The same without local networks' DHTs, unless there are no others. */
export function networkNames (listed: readonly string[]): readonly string[] {
  const names = kadNames(listed)
  const wide = names.filter(protocol => !isLan(protocol))

  return (wide.length > 0 ? wide : names).slice(0, MAX_PROTOCOLS)
}
