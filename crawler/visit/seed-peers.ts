import { ProbeError } from '../../core/errors.ts'
import { readAddress } from './address-reader.ts'
import { parseAddress } from './address.ts'
import { Neighbours } from './neighbours.ts'
import { resolveNames } from './resolve.ts'
import type { DnsResolver } from './dns-resolver.ts'
import type { PeerRecord } from './visitor.ts'

/**
 * The peers where a crawl starts, each once with all its addresses.
 *
 * `/dnsaddr/<name>` without a peer id stands for all peers that its records name. Names with an
 * id stay names: the visit resolves them. A name that does not resolve gives no peer.
 *
 * @throws ProbeError `PP_CONFIG_INVALID` naming each text that is no multiaddr or does not say whose it is
 */
export async function seedPeers (texts: readonly string[], dns: DnsResolver, signal: AbortSignal): Promise<PeerRecord[]> {
  const peers = new Neighbours()
  const problems: string[] = []

  for (const text of texts) {
    const parsed = parseAddress(text)
    const address = parsed === undefined ? undefined : readAddress(parsed.address)

    if (parsed === undefined || address === undefined) {
      problems.push(`${text}: not a multiaddr`)
    } else if (parsed.peerId !== undefined) {
      peers.add([{ id: parsed.peerId, addresses: [parsed.address] }])
    } else if (address.family === 'dnsaddr') {
      const { resolved } = await resolveNames([address], { dns, accepts: () => true }, signal)
      peers.add(resolved.flatMap(found => found.peerId === undefined ? [] : [{ id: found.peerId, addresses: [found.address.bytes] }]))
    } else {
      problems.push(`${text}: must end in /p2p/<peer id>`)
    }
  }

  if (problems.length > 0) {
    throw new ProbeError('PP_CONFIG_INVALID', `bootstrapPeers: ${problems.join('; ')}`, { details: { problems } })
  }

  return peers.list()
}
