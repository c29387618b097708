import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { EVERY_CRAWL_MS, FORGET_AFTER_MS, GONE_TURN, goneToKeep, isGone, skippedAtVisit, turnsOf } from '../../../../crawler/engine/population/gone-peers.ts'
import type { KnownPeer } from '../../../../crawler/engine/frontier/known-peer.ts'

const NOW_MS = 1_767_225_600_000
const gone = (agoMs: number, more: Partial<KnownPeer> = {}): KnownPeer => ({ id: Uint8Array.of(1), addresses: [], outcome: 'timeout', failures: 1, contactedAtMs: NOW_MS - agoMs, ...more })
const turnOf = (peer: KnownPeer): string => {
  const { due, resting } = turnsOf([peer], NOW_MS)

  return due.length > 0 ? 'due' : resting.length > 0 ? 'resting' : 'forgotten'
}

suite('a gone peer', () => {
  test('is one that a crawl contacted and that failed since', () => {
    assert.deepEqual([gone(1), gone(1, { failures: 0 }), { failures: 3 }].map(isGone), [true, false, false])
  })

  test('is due in every crawl of an hour, in every sixth for a day, and is forgotten then', () => {
    assert.equal(turnOf(gone(EVERY_CRAWL_MS - 1, { skipped: 0 })), 'due')
    assert.equal(turnOf(gone(EVERY_CRAWL_MS, { skipped: GONE_TURN - 2 })), 'resting')
    assert.equal(turnOf(gone(EVERY_CRAWL_MS, { skipped: GONE_TURN - 1 })), 'due')
    assert.equal(turnOf(gone(FORGET_AFTER_MS - 1)), 'resting')
    assert.equal(turnOf(gone(FORGET_AFTER_MS, { skipped: GONE_TURN })), 'forgotten')
  })

  test('is due when the clock was set back, and not kept longer by that', () => {
    assert.equal(turnOf(gone(-FORGET_AFTER_MS)), 'due')
  })

  test('that a crawl contacted, or that was never contacted, is always due', () => {
    assert.deepEqual([gone(FORGET_AFTER_MS * 2, { failures: 0 }), { id: Uint8Array.of(1), addresses: [], outcome: 'timeout' as const, failures: 3 }].map(turnOf), ['due', 'due'])
  })

  test('has its first later turn by its id: those that left together do not all come back in one crawl', () => {
    const skipped = Array.from({ length: GONE_TURN }, (_, n) => skippedAtVisit(gone(0, { id: Uint8Array.of(9, n) }), NOW_MS))

    assert.deepEqual(skipped, [0, 1, 2, 3, 4, 5])
    assert.equal(skippedAtVisit(gone(EVERY_CRAWL_MS, { id: Uint8Array.of(9, 4) }), NOW_MS), 0)
  })

  test('is kept before those that left earlier, within the limits of count and of bytes', () => {
    const peers = [3, 1, 2].map(n => gone(n, { id: Uint8Array.of(n) }))
    const heavy = Array.from({ length: 33 }, (_, n) => gone(n, { addresses: [new Uint8Array(1_024 * 1_024)] }))

    assert.deepEqual(goneToKeep(peers, 2).map(({ id }) => id[0]), [1, 2])
    assert.equal(goneToKeep(heavy, 100).length, 32)
  })
})
