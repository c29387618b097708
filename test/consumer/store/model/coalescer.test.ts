import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { Coalescer } from '../../../../consumer/store/model/coalescer.ts'
import type { SightedAddress } from '../../../../consumer/store/model/coalescer.ts'

const seen = (seenMs: number, multiaddr = '/ip4/192.0.2.1/tcp/1'): SightedAddress => ({ nodeId: 'QmPeer', multiaddr, seenMs })

suite('Coalescer', () => {
  test('covers a sighting that is less than the window later than what was written, or earlier', () => {
    const coalescer = new Coalescer(1_000)
    assert.equal(coalescer.covers(seen(5_000)), false)
    coalescer.wrote([seen(5_000)])

    assert.deepEqual([4_000, 5_000, 5_999, 6_000].map(ms => coalescer.covers(seen(ms))), [true, true, true, false])
    assert.equal(coalescer.covers(seen(5_000, '/ip4/192.0.2.2/tcp/1')), false)
  })

  test('keeps the latest of what was written', () => {
    const coalescer = new Coalescer(1_000)
    coalescer.wrote([seen(5_000), seen(3_000)])

    assert.equal(coalescer.covers(seen(5_500)), true)
  })

  test('covers nothing with a window of 0, or once it forgot', () => {
    const off = new Coalescer(0)
    off.wrote([seen(5_000)])
    assert.equal(off.covers(seen(5_000)), false)

    const coalescer = new Coalescer(1_000)
    coalescer.wrote([seen(5_000)])
    coalescer.forget()
    assert.equal(coalescer.covers(seen(5_000)), false)
  })
})
