import { ProbeError } from '../../core/errors.ts'
import { Neighbours } from '../dht/neighbours.ts'
import { resolveNames } from '../dial/resolve.ts'
import { readBootstrapEntry } from './bootstrap-entry.ts'
import type { DnsResolver } from '../dial/dns/dns-resolver.ts'
import type { PeerRecord } from '../peer/peer-record.ts'

/**
 * The peers where a crawl starts, each once with all its addresses, also those that we cannot dial: a visit says so.
 *
 * `/dnsaddr/<name>` without a peer id stands for all peers that its records name. All other names stay names: the visit
 * resolves them, and tells them to whom it dials. A /dnsaddr that does not resolve gives no peer.
 *
 * @throws ProbeError `PP_CONFIG_INVALID` naming each text that is no multiaddr or does not say whose it is
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
