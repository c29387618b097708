// A passive node that two of three Kubo daemons connect to, and crawls over those connections. Runs in its own network,
// prints the results as JSON, and ends.
import { Scan } from '../../../core/contracts/scan.ts'
import { systemClock } from '../../../core/time/clock.ts'
import { visitConnected } from '../../../crawler/passive/connected-visitor.ts'
import { formatPeerId, parsePeerId } from '../../../crawler/peer/peer-id-text.ts'
import { openPassiveRig } from '../libp2p/open-passive.ts'
import { LAN_KAD } from '../servers/kubo-node.ts'
import { until } from '../until.ts'
import { openKuboNetwork } from './kubo-network.ts'
import type { Visitor } from '../../../crawler/visit/visitor.ts'
import type { KuboNode } from '../servers/kubo-node.ts'

const CRAWLS = 20
const LIMIT_MS = 60_000
const TRIES = 3
const TRY_LIMIT_MS = 20_000
const OPTIONS = { kadProtocols: [LAN_KAD], agentVersion: 'peerprobe/test', dialTimeoutMs: 5_000, visitTimeoutMs: 15_000 }
const plan = { strategy: 'Topology' } as const
const [program = ''] = process.argv.slice(2)
const { signal } = new AbortController()
const { addresses } = Scan.parse({ name: 'main', network: { preset: 'ipfs' } })
const unreachable: Visitor = {
  visit: async () => await Promise.resolve({ lane: 'fast', startedAtMs: 0, durationMs: 0, outcome: 'no-dialable-address', attempts: [] }),
  async [Symbol.asyncDispose] () {
    await Promise.resolve()
  }
}

await using network = await openKuboNetwork(program)
await using rig = await openPassiveRig({ kadProtocol: LAN_KAD })
const us = formatPeerId(rig.discovery.id)
const [byTcp, byQuic, apart] = network.nodes
await join(byTcp.node, rig.address('tcp').toString())
await join(byQuic.node, rig.address('quic-v1').toString())
await until('both are reported', () => rig.visits.length >= 2, LIMIT_MS)
await until('the third finds us', async () => (await apart.node.findPeer(us)).length > 0, LIMIT_MS)

const visitor = visitConnected(unreachable, rig.discovery, { ...OPTIONS, addresses }, systemClock)
const crawled = []

for (const { node, identity } of [byTcp, byQuic]) {
  const id = parsePeerId(identity.id)!
  const ours = (): number => rig.discovery.connectionTo(id)?.streams.filter(({ direction }) => direction === 'outbound').length ?? -1
  const theirs = async (): Promise<number> => (await node.connections(us)).flatMap(({ streams }) => streams).length
  const before = { ours: ours(), theirs: await theirs() }
  const visits = []

  for (let i = 0; i < CRAWLS; i++) {
    const { outcome, connection, identity, routingTable } = await visitor.visit({ id, addresses: [], plan }, signal)
    visits.push(`${outcome} ${connection?.transport ?? 'none'} ${identity?.agentVersion ?? 'unidentified'} ${String(routingTable?.failed)} failed`)
  }

  const isLeft = await until('no stream of the crawls is left', async () => ours() <= before.ours && await theirs() <= before.theirs, LIMIT_MS).then(() => false, () => true)
  crawled.push({
    visits: [...new Set(visits)],
    count: visits.length,
    before,
    after: { ours: ours(), theirs: await theirs() },
    isLeft,
    connections: (await node.connections(us)).length
  })
}

/** Connects until we are in its table: Kubo queries a new peer once with a short timeout, which may be too short on a busy machine. */
async function join (node: KuboNode, address: string): Promise<void> {
  const isKept = async (): Promise<boolean> => (await node.table()).includes(us)

  for (let tries = 1; tries < TRIES; tries++) {
    await node.connect(address)

    if (await until('it keeps us', isKept, TRY_LIMIT_MS).then(() => true, () => false)) {
      return
    }
    await node.disconnect(us)
  }

  await node.connect(address)
  await until('it keeps us in its table', isKept, TRY_LIMIT_MS)
}

process.stdout.write(JSON.stringify({
  us,
  ourAddresses: rig.discovery.status().addresses,
  kubos: network.nodes.map(({ identity }) => identity.id),
  reported: rig.visits.map(({ id, source, result: { outcome, connection, identity } }) => ({
    id: formatPeerId(id),
    source,
    outcome,
    transport: connection?.transport,
    agent: identity?.agentVersion
  })),
  ourTable: rig.discovery.status().routingTable,
  found: await apart.node.findPeer(us),
  crawled
}))
