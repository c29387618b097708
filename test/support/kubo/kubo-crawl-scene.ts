// Three Kubo daemons that know each other, and a crawl that starts from one of them. Runs in its own network, prints the
// truth and the results of the crawl as JSON, and ends.
import { Scan } from '../../../core/contracts/scan.ts'
import { systemClock } from '../../../core/time/clock.ts'
import { formatAddress } from '../../../crawler/address/address.ts'
import { openLanes } from '../../../crawler/lanes/open-lanes.ts'
import { formatPeerId } from '../../../crawler/peer/peer-id-text.ts'
import { crawlOnce } from '../network/crawl-once.ts'
import { ScriptedDns } from '../network/scripted-dns.ts'
import { LAN_KAD } from '../servers/kubo-node.ts'
import { openKuboNetwork } from './kubo-network.ts'

const [program = ''] = process.argv.slice(2)
await using network = await openKuboNetwork(program)
const { addresses } = Scan.parse({ name: 'main', network: { preset: 'ipfs' }, addresses: { policy: 'Any' } })
const options = { kadProtocols: [LAN_KAD], agentVersion: 'peerprobe/test', addresses, dialTimeoutMs: 5_000, visitTimeoutMs: 15_000 }
await using visitor = await openLanes(options, { clock: systemClock, dns: new ScriptedDns() })
const visits = await crawlOnce({ visitor, bootstrapPeers: [network.nodes[0].address], strategy: 'Topology' })
const truth = await Promise.all(network.nodes.map(async ({ node, identity }) => ({ ...identity, table: await node.table() })))

process.stdout.write(JSON.stringify({
  truth,
  visits: Object.fromEntries([...visits].map(([id, { outcome, connection, identity, routingTable }]) => [id, {
    outcome,
    transport: connection?.transport,
    agentVersion: identity?.agentVersion,
    protocols: identity?.protocols,
    addresses: identity?.listenAddresses.map(formatAddress),
    neighbours: routingTable?.peers.map(peer => formatPeerId(peer.id))
  }]))
}))
