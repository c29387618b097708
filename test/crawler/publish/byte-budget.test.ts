import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { ByteBudget, CRAWL_BYTES, WINDOW_BYTES } from '../../../crawler/publish/byte-budget.ts'
import { publishingSink } from '../../../crawler/publish/publishing-sink.ts'
import type { OutgoingMessage } from '../../../core/bus/port/event-bus.ts'
import type { CompletedVisit } from '../../../crawler/engine/population/visit-sink.ts'
import type { ByteLimits, PublishedForm } from '../../../crawler/publish/byte-budget.ts'

const ip4 = (a: number, b: number, c: number, d: number): number[] => [4, a, b, c, d]
const ip6 = (...groups: number[]): number[] => [41, ...groups.concat(Array<number>(8 - groups.length).fill(1)).flatMap(group => [group >> 8, group & 0xff])]
const tcp = (host: readonly number[]): Uint8Array => Uint8Array.from([...host, 6, 0x0f, 0xa1])

const reached = (host: readonly number[], crawlId = 1): CompletedVisit => ({
  crawlId,
  attempt: 1,
  discoveryType: 'active',
  source: 'routing-table',
  id: Uint8Array.from([0, 4, 1, 2, 3, 4]),
  addresses: [],
  result: { startedAtMs: 0, durationMs: 0, outcome: 'ok', attempts: [], connection: { address: tcp(host), transport: 'tcp', limited: false } }
})
const refused = (): CompletedVisit => ({ ...reached(ip4(1, 1, 1, 1)), result: { startedAtMs: 0, durationMs: 0, outcome: 'refused', attempts: [] } })

const LIMITS: ByteLimits = { subnetBytes: 100, firstBytes: 20, allBytes: 1_000, unreachedBytes: 50, subnetShort: 3, allShort: 10 }

/** Charges visits of one kind and size. Returns how many there are in each form. */
function count (budget: ByteBudget, visits: readonly CompletedVisit[], bytes: number): Record<PublishedForm, number> {
  const forms = { whole: 0, short: 0, none: 0 }

  for (const visit of visits) {
    forms[budget.charge(visit, bytes)]++
  }

  return forms
}
const many = (visit: CompletedVisit, n: number): CompletedVisit[] => Array.from({ length: n }, () => visit)

suite('ByteBudget', () => {
  test('publishes a subnet\'s share whole, then some visits in short form, then none; other subnets are not affected', () => {
    const budget = new ByteBudget(LIMITS)
    const ofOne = Array.from({ length: 20 }, (_, i) => reached(ip4(9, 9, 9, i)))

    assert.deepEqual(count(budget, ofOne, 10), { whole: 10, short: 3, none: 7 })
    assert.deepEqual(count(budget, many(reached(ip4(9, 9, 8, 1)), 5), 10), { whole: 5, short: 0, none: 0 })
    assert.deepEqual(count(budget, Array.from({ length: 20 }, (_, i) => reached(ip6(0x2a00, 1, 2, i))), 10), { whole: 10, short: 3, none: 7 })
    // An IPv4 address written as IPv6 is in the same subnet.
    assert.equal(budget.charge(reached(ip6(0, 0, 0, 0, 0, 0xffff, 0x0909, 0x0901)), 10), 'none')
  })

  test('is reset for each crawl', () => {
    const budget = new ByteBudget(LIMITS)
    count(budget, many(reached(ip4(9, 9, 9, 9)), 50), 10)

    assert.equal(budget.charge(reached(ip4(9, 9, 9, 9), 2), 10), 'whole')
  })

  test('still publishes the first visits of quiet subnets when a flood from many subnets has used up the total', () => {
    const budget = new ByteBudget({ ...LIMITS, allShort: 1_000 })
    const flood = Array.from({ length: 20 }, (_, i) => many(reached(ip4(50, 0, i, 1)), 10)).flat()

    assert.deepEqual(count(budget, flood, 10), { whole: 120, short: 30, none: 50 })
    assert.deepEqual(count(budget, many(reached(ip4(60, 0, 1, 1)), 3), 10), { whole: 2, short: 1, none: 0 })
    assert.equal(count(budget, Array.from({ length: 500 }, (_, i) => reached(ip4(61, 0, i % 256, i >> 8))), 10).whole, 28)
  })

  test('has a separate budget for visits without a connection', () => {
    const budget = new ByteBudget(LIMITS)

    assert.deepEqual(count(budget, many(refused(), 30), 10), { whole: 5, short: 10, none: 15 })
    assert.equal(budget.charge(reached(ip4(9, 9, 9, 9)), 10), 'whole')
  })

  test('applies only the total to private ranges: a private network may have one subnet', () => {
    const budget = new ByteBudget(LIMITS)

    assert.deepEqual(count(budget, many(reached(ip4(127, 0, 0, 1)), 120), 10), { whole: 100, short: 10, none: 10 })
  })

  test('publishes a network of 60,000 peers of 4 kB whole, with 500 of them in one subnet', () => {
    const budget = new ByteBudget(CRAWL_BYTES)
    const peers = Array.from({ length: 60_000 }, (_, i) => reached(i < 500 ? ip4(8, 8, 8, i % 256) : ip4(20 + (i >> 16), i >> 8 & 0xff, i & 0xff, 1)))

    assert.deepEqual(count(budget, peers, 4_096), { whole: 60_000, short: 0, none: 0 })
  })
})

suite('a flood of identities', () => {
  const CONTEXT = { scan: 'default/probe/main', network: 'ipfs' }
  const identity = {
    agentVersion: 'x'.repeat(600),
    protocols: Array.from({ length: 512 }, (_, n) => `/${String(n)}/${'p'.repeat(240)}`),
    listenAddresses: Array.from({ length: 256 }, (_, n) => Uint8Array.from([54, 0xc8, 0x01, ...Buffer.from(`${String(n).padStart(10, '0')}${'x'.repeat(190)}`), 6, 0x0f, 0xa1]))
  }

  // All messages have the largest size, so one is enough to know the size to charge.
  const bytesOf = (limits: ByteLimits, host: (i: number) => number[]): { published: number, perWhole: number } => {
    const sent: OutgoingMessage[] = []
    const attempts = identity.listenAddresses.map(address => ({ address, outcome: 'ok' as const, durationMs: 1 }))
    const visit = reached(host(0))
    publishingSink({ ready: () => undefined, accept: message => void sent.push(message) }, CONTEXT, { limits, onForm: () => undefined })
      .accept({ ...visit, addresses: identity.listenAddresses, result: { ...visit.result, identity, attempts } })
    const whole = sent[0]?.value.length ?? 0
    const budget = new ByteBudget(limits)
    let published = 0

    for (let i = 0; i < 300_000; i++) {
      const form = budget.charge(reached(host(i)), whole)
      published += form === 'whole' ? whole : form === 'short' ? 2_048 : 0
    }

    return { published, perWhole: whole }
  }

  test('in one /24 makes a crawl publish at most 25 MB, and in all /24s 1 GB', () => {
    const one = bytesOf(CRAWL_BYTES, i => ip4(9, 9, 9, i % 256))
    const all = bytesOf(CRAWL_BYTES, i => ip4(20 + (i >> 16), i >> 8 & 0xff, i & 0xff, 1))

    assert.ok(one.perWhole <= 24_576 && one.perWhole > 20_000, String(one.perWhole))
    assert.ok(one.published <= 25 * 1_048_576, String(one.published))
    assert.ok(all.published <= 1_024 * 1_048_576, String(all.published))
  })

  test('makes a window of the passive node publish 3 MB from one /24, and 160 MB in total', () => {
    const one = bytesOf(WINDOW_BYTES, i => ip4(9, 9, 9, i % 256))
    const all = bytesOf(WINDOW_BYTES, i => ip4(20 + (i >> 16), i >> 8 & 0xff, i & 0xff, 1))

    assert.ok(one.published <= 4 * 1_048_576, String(one.published))
    assert.ok(all.published <= 160 * 1_048_576, String(all.published))
  })
})
