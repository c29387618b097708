import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { parseIp } from '../../../../crawler/address/ip-text.ts'
import { NEW_PER_IP, NEW_PER_SUBNET, ConnectionSlots, STAY_MS } from '../../../../crawler/passive/limits/connection-slots.ts'
import { FakeClock } from '../../../support/fake-clock.ts'
import type { SlottedConnection } from '../../../../crawler/passive/limits/connection-slots.ts'

class StandIn extends EventTarget implements SlottedConnection {
  isAborted = false

  abort (): void {
    this.isAborted = true
    this.close()
  }

  close (): void {
    this.dispatchEvent(new Event('close'))
  }
}

function come (slots: ConnectionSlots, ip: string): StandIn | undefined {
  const connection = new StandIn()

  return slots.enter(connection, parseIp(ip)!) ? connection : undefined
}

const SLOTS = 60

suite('ConnectionSlots', () => {
  for (const [what, attackerOf] of [
    ['one address', () => '198.51.100.7'],
    ['all addresses of one /24', (i: number) => `198.51.100.${String(i % 250)}`],
    ['addresses of one /64', (i: number) => `2001:db8:1:2::${(i % 60_000 + 1).toString(16)}`],
    ['IPv4 addresses written as IPv6', (i: number) => `::ffff:198.51.100.${String(i % 250)}`]
  ] as const) {
    test(`a flood from ${what} does not keep out peers of another network`, async () => {
      const clock = new FakeClock()
      const slots = new ConnectionSlots(clock, { slots: SLOTS })
      const honest: (StandIn | undefined)[] = []

      for (let round = 0; round < 100; round++) {
        for (let i = 0; i < 30; i++) {
          come(slots, attackerOf(round * 30 + i))
        }
        honest.push(come(slots, `10.0.${String(round)}.1`))
        await clock.advance(100)
        // Each honest peer closes after two seconds, when it has been reported.
        honest[round - 20]?.close()
      }

      assert.equal(honest.filter(connection => connection !== undefined && !connection.isAborted).length, 100)
      assert.ok(slots.size <= SLOTS)
    })
  }

  test('if every subnet has one connection, the oldest makes room for a new one', () => {
    const slots = new ConnectionSlots(new FakeClock(), { slots: SLOTS })
    const all = Array.from({ length: SLOTS + 3 }, (_, i) => come(slots, `10.0.${String(i)}.1`)!)

    assert.deepEqual(all.map(({ isAborted }) => isAborted).slice(0, 5), [true, true, true, false, false])
    assert.equal(slots.size, SLOTS)
  })

  test('an address at its share gets a slot by closing its own oldest connection after the minimum time', async () => {
    const clock = new FakeClock()
    const slots = new ConnectionSlots(clock, { slots: SLOTS })
    const held = Array.from({ length: 40 }, () => come(slots, '10.0.0.1'))
    assert.equal(slots.size, SLOTS / 4)
    await clock.advance(STAY_MS)

    assert.ok(come(slots, '10.0.0.1') !== undefined)
    assert.deepEqual(held.slice(0, 2).map(connection => connection?.isAborted), [true, false])
    assert.equal(slots.size, SLOTS / 4)
  })

  test('new connections per second are limited for an address and for a subnet', async () => {
    const clock = new FakeClock()
    const slots = new ConnectionSlots(clock, { slots: 10_000 })
    const count = (ipOf: (i: number) => string): number =>
      Array.from({ length: 1_000 }, (_, i) => come(slots, ipOf(i))).filter(connection => connection !== undefined).length

    assert.equal(count(() => '10.0.0.1'), NEW_PER_IP)
    assert.equal(count(i => `10.0.1.${String(i % 250)}`), NEW_PER_SUBNET)
    await clock.advance(1_000)
    assert.equal(count(() => '10.0.0.1'), NEW_PER_IP)
  })

  test('outbound connections count, and are closed only in the most crowded subnet', () => {
    const slots = new ConnectionSlots(new FakeClock(), { slots: 10 })
    const made = new StandIn()
    slots.dialled(made, parseIp('10.9.9.9')!)
    const others = Array.from({ length: 20 }, () => come(slots, '10.0.0.1'))
    Array.from({ length: 20 }, (_, i) => {
      slots.dialled(new StandIn(), parseIp(`10.1.${String(i % 3)}.1`)!)
    })

    assert.equal(slots.size, 10)
    assert.equal(made.isAborted, false)
    assert.ok(others.some(connection => connection?.isAborted))
  })

  test('a slot is released once, when the connection closes', () => {
    const slots = new ConnectionSlots(new FakeClock(), { slots: SLOTS })
    const connection = come(slots, '10.0.0.1')
    connection?.close()
    connection?.close()

    assert.equal(slots.size, 0)
  })
})
