import { mdns } from '@libp2p/mdns'
import type { PeerDiscovery, PeerInfo } from '@libp2p/interface'
import type { MulticastDNSComponents } from '@libp2p/mdns'

const INTERVAL_MS = 20_000

/**
 * Multicast DNS as libp2p wants it, which tells of its finds: the node's own event does not say what found a peer. It asks
 * and does not answer: that does `mdns-responder.ts`.
 *
 * @param instance the responder's, whose answers are not finds
 */
export function mdnsFinder (instance: string, onFound: (peer: PeerInfo) => void): (components: MulticastDNSComponents) => PeerDiscovery {
  return (components) => {
    const discovery = mdns({ interval: INTERVAL_MS, broadcast: false, peerName: instance })(components)
    discovery.addEventListener('peer', ({ detail }) => {
      onFound(detail)
    })

    return discovery
  }
}
