import { Scan } from '../../core/contracts/scan.ts'
import { formatAddress } from '../../crawler/address/address.ts'
import { formatPeerId } from '../../crawler/peer/peer-id-text.ts'
import { kuboAddresses } from './virtual-network/kubo-addresses.ts'
import { KAD_PROTOCOL } from './virtual-network/peer-answers.ts'
import { createPopulation } from './virtual-network/population.ts'
import type { CrawlCase } from './crawl/crawl-case.ts'

/** The scan of a virtual network, as a user would write it: one bootstrap peer, and defaults for the rest. */
export function benchScan ({ strategy, concurrency }: Pick<CrawlCase, 'strategy' | 'concurrency'>): Scan {
  return Scan.parse({
    name: 'bench',
    network: { name: 'virtual', bootstrapPeers: [bootstrapAddress()], protocols: [KAD_PROTOCOL] },
    active: { strategy, concurrency },
    addresses: { policy: 'Any' }
  })
}

/** Peer 0 is alive in every virtual network. */
function bootstrapAddress (): string {
  const [first] = createPopulation({ peers: 1, dead: 0 })
  const [address] = kuboAddresses(0, 1)

  if (first === undefined || address === undefined) {
    throw new TypeError('a virtual network has a peer 0 with an address')
  }

  return `${formatAddress(address) ?? ''}/p2p/${formatPeerId(first.key.id)}`
}
