import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { multiaddr } from '@multiformats/multiaddr'
import { DIAL_BUDGET, DialBudget } from '../../../../crawler/dial/dial-budget.ts'
import { budgetedDials } from '../../../../crawler/passive/limits/budgeted-dials.ts'
import { formatPeerId } from '../../../../crawler/peer/peer-id-text.ts'
import { FakeClock } from '../../../support/fake-clock.ts'
import { inventedId } from '../../../support/network/victim-attackers.ts'
import type { Connection, Transport } from '@libp2p/interface'

interface Rig { clock: FakeClock, dials: string[], dial: (text: string) => Promise<boolean> }

/** Transports of one node with one budget. Records the dials of all transports; they succeed only if `isThere`. */
function rig (isThere = false): Rig {
  const clock = new FakeClock()
  const budget = new DialBudget(clock)
  const dials: string[] = []
  const signal = new AbortController().signal
  const transport = (): Transport => ({ dial: async (address: { toString: () => string }) => {
    dials.push(address.toString())
    await Promise.resolve()

    return isThere ? {} as Connection : assert.fail('refused')
  } } as unknown as Transport)
  const transports = [transport, transport].map(make => budgetedDials(make, budget)({}))

  return { clock, dials, dial: async (text) => {
    try {
      await clock.runUntil(transports[dials.length % 2]!.dial(multiaddr(text), { signal } as never))
      return true
    } catch {
      return false
    }
  } }
}

const inventedPeer = (): string => formatPeerId(inventedId())

suite('the dials of the passive node', () => {
  for (const [what, most, addressOf] of [
    ['one endpoint', DIAL_BUDGET.endpoint.budget!, () => '/ip4/8.8.8.8/tcp/1'],
    ['one address by every port', DIAL_BUDGET.ports.budget, (i: number) => `/ip4/8.8.8.8/tcp/${String(i + 1)}`],
    ['one address by every carrier', 3 * DIAL_BUDGET.endpoint.budget!, (i: number) => ['/ip4/8.8.8.8/tcp/1', '/ip4/8.8.8.8/tcp/1/ws', '/ip4/8.8.8.8/udp/1/quic-v1'][i % 3]!],
    ['one /64', DIAL_BUDGET.subnet.budget!, (i: number) => `/ip6/2600:db8::${(i + 1).toString(16)}/tcp/1`]
  ] as const) {
    test(`dials to ${what} under invented ids are limited by the budget`, async () => {
      const { dials, dial } = rig()

      for (let i = 0; i < 2_500; i++) {
        await dial(`${addressOf(i)}/p2p/${inventedPeer()}`)
      }

      assert.equal(dials.length, most)
    })
  }

  test('repeated dials of the DHT to a dead address are charged each time', async () => {
    const { dials, dial } = rig()
    const peer = inventedPeer()

    for (let i = 0; i < 1_000; i++) {
      await dial(`/ip4/8.8.8.8/tcp/1/p2p/${peer}`)
    }

    assert.equal(dials.length, DIAL_BUDGET.endpoint.budget)
  })

  test('a live peer is dialled as often as the DHT wants', async () => {
    const { dials, dial } = rig(true)
    const peer = inventedPeer()

    for (let i = 0; i < 1_000; i++) {
      assert.ok(await dial(`/ip4/8.8.8.8/tcp/1/p2p/${peer}`))
    }

    assert.equal(dials.length, 1_000)
  })

  test('an address without a peer id, or without an IP address, is not dialled', async () => {
    const { dials, dial } = rig(true)

    assert.ok(!await dial('/ip4/8.8.8.8/tcp/1'))
    assert.deepEqual(dials, [])
  })
})
