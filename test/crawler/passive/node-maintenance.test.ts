import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { multiaddr } from '@multiformats/multiaddr'
import { pino } from 'pino'
import { BUDGET_MS, NodeMaintenance } from '../../../crawler/passive/node-maintenance.ts'
import { OpenConnections } from '../../../crawler/passive/open-connections.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import type { NodeMaintenanceDeps } from '../../../crawler/passive/node-maintenance.ts'
import type { Connection, PeerId } from '@libp2p/interface'

const { signal } = new AbortController()
const address = multiaddr('/ip4/127.0.0.1/tcp/1')

interface Rig {
  clock: FakeClock
  open: OpenConnections
  upkeep: NodeMaintenance
  dials: string[]
  forgotten: PeerId[]
  renewed: number[]
  world: { tableSize: number, inTable: boolean, connected: number }
}

function rig (): Rig {
  const clock = new FakeClock()
  const open = new OpenConnections(clock)
  const dials: string[] = []
  const forgotten: PeerId[] = []
  const renewed: number[] = []
  const world = { tableSize: 0, inTable: false, connected: 0 }
  const node = {
    dial: async (to: { toString: () => string }) => {
      dials.push(to.toString())
      await Promise.reject(new Error('refused'))
    },
    getConnections: () => Array.from({ length: world.connected }),
    peerStore: { delete: async (peer: PeerId) => { await Promise.resolve(void forgotten.push(peer)) } },
    services: { dht: { routingTable: { get size () { return world.tableSize }, find: async () => await Promise.resolve(world.inTable ? {} : undefined) } } }
  } as unknown as NodeMaintenanceDeps['node']
  const upkeep = new NodeMaintenance({ clock, log: pino({ level: 'silent' }), node, open, bootstrap: async () => await Promise.resolve([address, address]), maxConnections: 2, renewBudget: () => {
    renewed.push(clock.monotonic())
  } })

  return { clock, open, upkeep, dials, forgotten, renewed, world }
}

suite('NodeMaintenance', () => {
  test('resets the dial budget each hour if no crawl does', async () => {
    const { clock, upkeep, renewed } = rig()

    for (let i = 0; i < 130; i++) {
      upkeep.renew()
      await clock.advance(60_000)
    }

    assert.deepEqual(renewed, [BUDGET_MS, 2 * BUDGET_MS])
  })

  test('dials bootstrap peers once a minute while its routing table is empty', async () => {
    const { clock, upkeep, dials, world } = rig()
    await upkeep.join(signal)
    await upkeep.join(signal)
    assert.equal(dials.length, 2)
    await clock.advance(60_000)
    await upkeep.join(signal)
    assert.equal(dials.length, 4)
    world.tableSize = 1
    await clock.advance(60_000)
    await upkeep.join(signal)

    assert.equal(dials.length, 4)
  })

  test('closes old connections if more than half of the slots are taken, by an abort if closing fails', async () => {
    const { clock, open, upkeep } = rig()
    const ends: string[] = []
    const connection = (name: string, closes: boolean): Connection => ({
      direction: 'inbound',
      streams: [],
      remotePeer: { toMultihash: () => ({ bytes: Buffer.from(name) }) },
      close: async () => closes ? void ends.push(`${name} closed`) : await Promise.reject(new Error('stuck')),
      abort: () => ends.push(`${name} aborted`)
    }) as unknown as Connection
    const [a, b] = [connection('a', true), connection('b', false)] as const
    open.opened(a)
    open.get(a)!.isDone = true
    await clock.advance(300_001)
    await upkeep.rotate()
    assert.deepEqual(ends, [])
    open.opened(b)
    open.get(b)!.isDone = true
    await upkeep.rotate()
    assert.deepEqual(ends, ['a closed'])
    await clock.advance(300_001)
    await upkeep.rotate()

    assert.deepEqual(ends.slice(1), ['a closed', 'b aborted'])
  })

  test('removes peers that are neither connected nor in the routing table', async () => {
    const { upkeep, forgotten, world } = rig()
    const peer = {} as PeerId
    world.connected = 1
    await upkeep.forget(peer)
    world.connected = 0
    world.inTable = true
    await upkeep.forget(peer)
    assert.deepEqual(forgotten, [])
    world.inTable = false
    await upkeep.forget(peer)

    assert.deepEqual(forgotten, [peer])
  })
})
