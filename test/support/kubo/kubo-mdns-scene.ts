// A Kubo and a passive node in one local network, which can find each other only by multicast DNS. Runs in its own network,
// prints which node found which as JSON, and ends. The second node does not dial: any peer connected to it has found it.
import { PassiveGater } from '../../../crawler/passive/limits/passive-gater.ts'
import { formatPeerId } from '../../../crawler/peer/peer-id-text.ts'
import { openPassiveRig } from '../libp2p/open-passive.ts'
import { KuboNode, LAN_KAD } from '../servers/kubo-node.ts'
import { until } from '../until.ts'
import type { PassiveRig } from '../libp2p/open-passive.ts'

const LIMIT_MS = 60_000
const [program = ''] = process.argv.slice(2)
const dialsNobody = new PassiveGater({ policy: 'Private', deny: ['127.0.0.0/8'] })

await using node = await KuboNode.open(program, { mdns: true })
const { id: kubo } = await node.identity()

interface Seen { id: string, source: string, outcome: string, agent: string | undefined }

// The two passive nodes find each other as well.
const seen = ({ visits }: PassiveRig): Seen[] => visits
  .map(({ id, source, result: { outcome, identity } }) => ({ id: formatPeerId(id), source, outcome, agent: identity?.agentVersion }))
  .filter(({ id }) => id === kubo)

await using waiting = await openPassiveRig({ kadProtocol: LAN_KAD, mdns: true, gater: dialsNobody })
await until('Kubo has found us', () => seen(waiting).some(({ source }) => source === 'inbound'), LIMIT_MS)
await using looking = await openPassiveRig({ kadProtocol: LAN_KAD, mdns: true })
await until('we have found Kubo', () => seen(looking).some(({ source }) => source === 'mdns'), LIMIT_MS)

process.stdout.write(JSON.stringify({ kubo, waiting: seen(waiting), looking: seen(looking) }))
