import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { readAddress } from '../../../crawler/address/address-reader.ts'
import { DIAL_BUDGET, DialBudget } from '../../../crawler/dial/dial-budget.ts'
import { mismatchFault, peerFault } from '../../../crawler/peer/peer-fault.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import type { Address } from '../../../crawler/address/address-reader.ts'

const never = new AbortController().signal
const REFUSED = peerFault('refused', 'nobody')

function tcp (ip: readonly number[], port = 4_001): Address {
  return readAddress(Uint8Array.of(4, ...ip, 6, port >> 8, port & 0xff)) ?? assert.fail()
}

function id (n: number): Uint8Array {
  return Uint8Array.of(0, 4, n >> 24, n >> 16, n >> 8, n)
}

/** Dials many ids in sequence, each of which fails. Returns how many were dialled. */
async function failing (budget: DialBudget, clock: FakeClock, count: number, addressOf: (n: number) => Address): Promise<number> {
  let dialled = 0

  for (let n = 0; n < count; n++) {
    try {
      (await clock.runUntil(budget.admit(addressOf(n), id(n), never))).failed(REFUSED)
      dialled++
    } catch (err) {
      assert.match(String(err), /budget of this address is used up/)
    }
  }

  return dialled
}

suite('DialBudget', () => {
  test('dials to an endpoint that failed under several ids wait, and are refused in the end, on loopback too', async () => {
    for (const ip of [[8, 8, 8, 8], [127, 0, 0, 9]]) {
      const clock = new FakeClock()
      const budget = new DialBudget(clock)
      assert.equal(await failing(budget, clock, DIAL_BUDGET.endpoint.burst, () => tcp(ip)), DIAL_BUDGET.endpoint.burst)
      assert.equal(clock.monotonic(), 0)
      assert.equal(await failing(budget, clock, 1_000, n => tcp(ip, n === 999 ? 4_002 : 4_001)), 16 - DIAL_BUDGET.endpoint.burst + 8 + 1, 'the ids that were dialled are free, as is another port')
      assert.ok(clock.monotonic() >= 3_500)
    }
  })

  test('the distinct ports of one IP address, and the IP addresses of one subnet, have a budget', async () => {
    const clock = new FakeClock()
    assert.equal(await failing(new DialBudget(clock), clock, 1_000, n => tcp([8, 8, 8, 8], 1_000 + n)), 64)
    assert.equal(await failing(new DialBudget(clock), clock, 1_000, n => tcp([127, 0, 0, 9], 1_000 + n)), 256)
    assert.equal(await failing(new DialBudget(clock), clock, 5_000, n => tcp([8, 8, 8, n & 0xff], 1_000 + (n >> 8))), 2_048)
  })

  test('all transports to an IP address share its budget, also when it is written as IPv6', async () => {
    const clock = new FakeClock()
    const budget = new DialBudget(clock)
    await failing(budget, clock, 64, n => tcp([8, 8, 8, 8], 1_000 + n))
    const mapped = readAddress(Uint8Array.of(41, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 8, 8, 8, 8, 6, 0, 1)) ?? assert.fail()
    const quic = readAddress(Uint8Array.of(4, 8, 8, 8, 8, 0x91, 2, 0, 2, 0xcd, 3)) ?? assert.fail()

    await assert.rejects(budget.admit(mapped, id(9_999), never), /budget of this address is used up/)
    await assert.rejects(budget.admit(quic, id(9_999), never), /budget of this address is used up/)
  })

  test('hundreds of real peers at one endpoint are all dialled without waiting', async () => {
    const clock = new FakeClock()
    const budget = new DialBudget(clock)
    const dials = Array.from({ length: 500 }, async (_, n) => {
      const permit = await budget.admit(tcp([8, 8, 8, 8]), id(n), never)
      await new Promise(setImmediate)
      permit.found()
    })
    await Promise.all(dials)

    assert.equal(clock.monotonic(), 0)
    assert.equal(clock.pending, 0)
  })

  test('a peer that answered in place of another is dialled, even when the budget is used up', async () => {
    const clock = new FakeClock()
    const budget = new DialBudget(clock)
    ;(await budget.admit(tcp([8, 8, 8, 8]), id(1), never)).failed(mismatchFault('another', id(7_777)))
    await failing(budget, clock, 100, () => tcp([8, 8, 8, 8]))
    await assert.rejects(budget.admit(tcp([8, 8, 8, 8]), id(7_778), never), /budget of this address is used up/)

    ;(await budget.admit(tcp([8, 8, 8, 8]), id(7_777), never)).found()
  })

  test('a dial that did not happen costs nothing', async () => {
    const clock = new FakeClock()
    const budget = new DialBudget(clock)

    for (let n = 0; n < 100; n++) {
      (await budget.admit(tcp([8, 8, 8, 8], 4_001), id(n), never)).unused()
    }
    assert.equal(clock.monotonic(), 0)
  })

  test('the next crawl starts with full budgets', async () => {
    const clock = new FakeClock()
    const budget = new DialBudget(clock)
    await failing(budget, clock, 100, () => tcp([8, 8, 8, 8]))
    budget.startCrawl()

    assert.equal(budget.size, 0)
    assert.equal(await failing(budget, clock, 100, () => tcp([8, 8, 8, 8])), 16)
  })

  test('a wait ends with the signal\'s reason, and by itself after 2 s', async () => {
    const clock = new FakeClock()
    const budget = new DialBudget(clock, { ...DIAL_BUDGET, endpoint: { burst: 1, perSecond: 0.01, budget: 9 } })
    await budget.admit(tcp([8, 8, 8, 8]), id(1), never)
    const controller = new AbortController()
    const waiting = budget.admit(tcp([8, 8, 8, 8]), id(2), controller.signal)
    controller.abort(new Error('enough'))
    await assert.rejects(waiting, /enough/)
    await assert.rejects(clock.runUntil(budget.admit(tcp([8, 8, 8, 8]), id(2), never)), /budget of this address is used up/)
    assert.ok(clock.monotonic() >= 2_000 && clock.monotonic() < 3_000)
    assert.equal(clock.pending, 0)
  })

  test('keeps no more entries than its bound', async () => {
    const budget = new DialBudget(new FakeClock(), { ...DIAL_BUDGET, maxEntries: 10 })

    for (let n = 0; n < 100; n++) {
      await budget.admit(tcp([8, 8, n, 8]), id(n), never)
    }
    assert.equal(budget.size, 30)
  })
})
