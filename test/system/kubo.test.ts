// Real Kubo, as in most of the public network: three daemons on the loopback of their own network namespace.
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { kubo } from '../../scripts/provision/kubo.ts'
import { missingNamespaces, runAlone } from '../support/network-namespace.ts'
import { LAN_KAD } from '../support/servers/kubo-node.ts'

const AGENT = /^kubo\/0\.42\./
const LIMIT_MS = 240_000
const found = kubo.find()
const missing = 'missing' in found ? `no Kubo: ${found.missing}` : missingNamespaces()

/** Runs a scene in its own network namespace. Returns its output. */
function play (scene: string): unknown {
  const program = 'at' in found ? found.at : ''
  const script = fileURLToPath(new URL(`../support/kubo/${scene}.ts`, import.meta.url))
  const { stdout, stderr } = runAlone([process.execPath, script, program], { multicast: true, timeoutMs: LIMIT_MS })
  assert.match(stdout, /^\{/, stderr)

  return JSON.parse(stdout)
}

interface Crawled {
  truth: { id: string, addresses: string[], agentVersion: string, protocols: string[], table: string[] }[]
  visits: Record<string, { outcome: string, transport: string, agentVersion: string, protocols: string[], addresses: string[], neighbours: string[] }>
}

interface Passive {
  us: string
  ourAddresses: string[]
  kubos: [string, string, string]
  reported: { id: string, source: string, outcome: string, transport: string, agent: string }[]
  ourTable: number
  found: string[]
  crawled: { visits: string[], count: number, isLeft: boolean, connections: number }[]
}

interface Found { id: string, source: string, outcome: string, agent: string }

suite('Kubo', missing === undefined ? {} : { skip: missing }, () => {
  test('daemons are all found by a crawl, with their identities and routing tables', () => {
    const { truth, visits } = play('kubo-crawl-scene') as Crawled

    assert.equal(truth.length, 3)
    assert.deepEqual(Object.keys(visits).sort(), truth.map(({ id }) => id).sort())
    for (const { id, addresses, agentVersion, protocols, table } of truth) {
      const visit = visits[id]!
      assert.match(visit.agentVersion, AGENT)
      assert.deepEqual([visit.outcome, visit.transport, visit.agentVersion], ['ok', 'tcp', agentVersion])
      assert.deepEqual([...visit.protocols].sort(), [...protocols].sort())
      assert.ok(visit.protocols.includes(LAN_KAD))
      assert.deepEqual(visit.addresses.map(address => `${address}/p2p/${id}`).sort(), [...addresses].sort())
      assert.deepEqual([...visit.neighbours].sort(), [...table].sort())
    }
  })

  test('daemons that connect to the passive node keep it in their tables and find it, and are visited over one connection in every crawl', () => {
    const { us, ourAddresses, kubos: [byTcp, byQuic], reported, ourTable, found: addresses, crawled } = play('kubo-passive-scene') as Passive

    for (const [id, transport] of [[byTcp, 'tcp'], [byQuic, 'quic-v1']] as const) {
      const visit = reported.find(each => each.id === id)!
      assert.deepEqual([visit.source, visit.outcome, visit.transport], ['inbound', 'identified', transport])
      assert.match(visit.agent, AGENT)
    }
    assert.ok(ourTable >= 2)
    assert.ok(addresses.length > 0)
    assert.deepEqual(addresses.filter(address => !ourAddresses.includes(`${address}/p2p/${us}`)), [])
    for (const [i, transport] of ['tcp', 'quic-v1'].entries()) {
      const { visits, count, isLeft, connections } = crawled[i]!
      assert.deepEqual([count, isLeft, connections], [20, false, 1])
      assert.equal(visits.length, 1, visits.join())
      assert.match(visits[0]!, new RegExp(`^ok ${transport} kubo/0\\.42\\.\\S+ 0 failed$`))
    }
  })

  test('and the passive node find each other by multicast DNS, each by itself', () => {
    const { kubo: id, waiting, looking } = play('kubo-mdns-scene') as { kubo: string, waiting: Found[], looking: Found[] }
    const inbound = waiting.find(({ source }) => source === 'inbound')
    const mdns = looking.find(({ source }) => source === 'mdns')

    assert.deepEqual([inbound?.id, inbound?.outcome, mdns?.id, mdns?.outcome], [id, 'identified', id, 'identified'])
    assert.match(inbound!.agent, AGENT)
  })
})
