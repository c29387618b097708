import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { parseIp } from '../../../../crawler/address/ip-text.ts'
import { SharedBuckets } from '../../../../crawler/passive/limits/shared-buckets.ts'
import { FakeClock } from '../../../support/fake-clock.ts'

const RATES = {
  own: { burst: 10, perSecond: 1 },
  ip: { burst: 40, perSecond: 4 },
  subnet: { burst: 80, perSecond: 8 },
  all: { burst: 200, perSecond: 20 }
}
const taken = (buckets: SharedBuckets, count: number, of: (i: number) => { own: string, ip: string }): number =>
  Array.from({ length: count }, (_, i) => of(i)).filter(({ own, ip }) => buckets.take(own, parseIp(ip))).length

suite('SharedBuckets', () => {
  for (const [what, most, ipOf] of [
    ['one address', RATES.ip.burst, () => '198.51.100.7'],
    ['one address, also written as IPv6', RATES.ip.burst, (i: number) => i % 2 === 0 ? '198.51.100.7' : '::ffff:198.51.100.7'],
    ['a /24', RATES.subnet.burst, (i: number) => `198.51.100.${String(i % 200)}`],
    ['a /64', RATES.subnet.burst, (i: number) => `2001:db8::${(i + 1).toString(16)}`],
    ['everywhere', RATES.all.burst, (i: number) => `10.${String(i >> 8)}.${String(i & 255)}.1`]
  ] as const) {
    test(`new peer ids of ${what} share its bucket, which refills each second`, async () => {
      const clock = new FakeClock()
      const buckets = new SharedBuckets(clock, RATES)
      let fresh = 0
      const flood = (): number => taken(buckets, 1_000, i => ({ own: String(fresh++), ip: ipOf(i) }))

      assert.equal(flood(), most)
      await clock.advance(1_000)
      assert.equal(flood(), most / 10)
    })
  }

  test('one address does not use up the buckets of other subnets', () => {
    const buckets = new SharedBuckets(new FakeClock(), RATES)
    taken(buckets, 1_000, i => ({ own: String(i), ip: '198.51.100.7' }))

    assert.equal(taken(buckets, 10, () => ({ own: 'honest', ip: '203.0.113.9' })), 10)
  })

  test('takes the units of a cost from all buckets or from none', () => {
    const buckets = new SharedBuckets(new FakeClock(), RATES)

    assert.ok(!buckets.take('a', parseIp('198.51.100.7'), 11))
    assert.ok(buckets.take('a', parseIp('198.51.100.7'), 10))
    assert.ok(!buckets.take('a', undefined))
    assert.equal(taken(buckets, 100, i => ({ own: `b${String(i)}`, ip: '198.51.100.7' })), RATES.ip.burst - 10)
  })
})
