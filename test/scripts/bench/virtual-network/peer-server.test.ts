import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { systemClock } from '../../../../core/time/clock.ts'
import { openClientVisitor } from '../../../../crawler/client/client-visitor.ts'
import { compileScan } from '../../../../crawler/compile-scan.ts'
import { benchScan } from '../../../../scripts/bench/bench-scan.ts'
import { BlackHoles } from '../../../../scripts/bench/virtual-network/black-holes.ts'
import { ipOf, kuboAddresses } from '../../../../scripts/bench/virtual-network/kubo-addresses.ts'
import { PeerAnswers } from '../../../../scripts/bench/virtual-network/peer-answers.ts'
import { PeerServer } from '../../../../scripts/bench/virtual-network/peer-server.ts'
import { createPopulation } from '../../../../scripts/bench/virtual-network/population.ts'
import { KeySpace } from '../../../../scripts/bench/virtual-network/routing-table.ts'
import type { VisitResult } from '../../../../crawler/visit/visitor.ts'
import type { Role, VirtualPeer } from '../../../../scripts/bench/virtual-network/population.ts'

const { signal } = new AbortController()

// Numbers that no benchmark reaches, so that one may run at the same time.
const FIRST = 150_000

function neighbours (...roles: Role[]): VirtualPeer[] {
  return createPopulation({ peers: roles.length, dead: 0 }).map((peer, i) => ({ ...peer, number: FIRST + i, role: roles[i]! }))
}

async function visit ({ number, key }: VirtualPeer): Promise<VisitResult> {
  const scan = compileScan(benchScan({ strategy: 'Topology', concurrency: 1 }))
  const dns = { addresses: async () => [], texts: async () => [] }
  await using visitor = openClientVisitor({ ...scan.visitor, dialTimeoutMs: 1_000 }, { clock: systemClock, dns })

  return await visitor.visit({ id: key.id, addresses: kuboAddresses(number, 6), plan: { strategy: 'Topology' } }, signal)
}

suite('virtual peers on loopback', () => {
  test('a live peer is visited like a Kubo node', async () => {
    const peers = neighbours('alive', 'alive', 'alive')
    await using stack = new AsyncDisposableStack()
    stack.use(await PeerServer.open(peers, new PeerAnswers(new KeySpace(peers), 6), signal))
    const { outcome, connection, identity, routingTable } = await visit(peers[1]!)

    assert.equal(outcome, 'ok')
    assert.equal(connection?.transport, 'tcp')
    assert.match(identity!.agentVersion!, /kubo/)
    assert.deepEqual([routingTable?.failed, routingTable?.peers.length], [0, 2])
  })

  test('a silent peer times out, and one without a listener refuses', async () => {
    const peers = neighbours('silent', 'refused')
    await using stack = new AsyncDisposableStack()
    stack.use(await PeerServer.open(peers.slice(0, 1), new PeerAnswers(new KeySpace(peers), 6), signal))

    assert.deepEqual(await Promise.all(peers.map(async peer => (await visit(peer)).outcome)), ['timeout', 'refused'])
  })

  test('a black hole never answers a connection', async (t) => {
    if (process.platform !== 'linux') {
      t.skip('other kernels refuse when a queue is full')
      return
    }

    const [peer] = neighbours('black-hole')
    await using stack = new AsyncDisposableStack()
    stack.use(await BlackHoles.open([ipOf(peer!.number)], signal))

    assert.equal((await visit(peer!)).outcome, 'timeout')
  })
})
