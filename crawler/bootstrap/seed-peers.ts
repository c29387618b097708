import { ProbeError } from '../../core/errors.ts'
import { Neighbours } from '../dht/neighbours.ts'
import { resolveNames } from '../dial/resolve.ts'
import { readBootstrapEntry } from './bootstrap-entry.ts'
import type { DnsResolver } from '../dial/dns/dns-resolver.ts'
import type { PeerRecord } from '../peer/peer-record.ts'

/**
 * The peers that a crawl starts from, without duplicates, each with all its addresses. Peers that we cannot dial are
 * included: their visit has the outcome.
 *
 * `/dnsaddr/<name>` without a peer id means all peers in its records; if it does not resolve, it gives no peer. All
 * other names are kept: the visit resolves them, and sends the name in the TLS and HTTP handshakes.
 *
 * @throws ProbeError `PP_CONFIG_INVALID` with each text that is not a multiaddr or has no peer id
 */
export async function seedPeers (texts: readonly string[], dns: DnsResolver, signal: AbortSignal): Promise<PeerRecord[]> {
  const peers = new Neighbours()
  const problems: string[] = []

  for (const text of texts) {
    const entry = readBootstrapEntry(text)

    if ('fault' in entry) {
      problems.push(`${text}: ${entry.fault}`)
    } else if (entry.peerId === undefined) {
      const { resolved } = await resolveNames([entry.address], { dns, accepts: () => true, keepsNames: true }, signal)
      peers.add(resolved.flatMap(found => found.peerId === undefined ? [] : [{ id: found.peerId, addresses: [found.address.bytes] }]))
    } else {
      peers.add([{ id: entry.peerId, addresses: [entry.address.bytes] }])
    }
  }

  if (problems.length > 0) {
    throw new ProbeError('PP_CONFIG_INVALID', `bootstrapPeers: ${problems.join('; ')}`, { details: { problems } })
  }

  return peers.list()
}
