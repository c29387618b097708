import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { absenceBefore, endAmong, evidenceOf } from '../../../../consumer/jobs/sessions/failures.ts'
import type { Failure } from '../../../../consumer/jobs/sessions/failures.ts'

const C = 600_000
const failure = (n: number, { isUnchecked = false, after = 0 } = {}): Failure =>
  ({ atMs: n * C + after, crawl: String(n), intervalMs: C, outcome: 'timeout', isUnchecked })
const seen = (n: number): Pick<Failure, 'atMs' | 'crawl' | 'intervalMs'> => ({ atMs: n * C, crawl: String(n), intervalMs: C })

suite('failures of a peer', () => {
  test('show absence where the peer was dialled, and nothing where it was not', () => {
    assert.deepEqual((['ok', 'connected', 'refused', 'peer-id-mismatch', 'no-dialable-address', 'unknown'] as const).map(evidenceOf), ['present', 'present', 'absent', 'absent', 'none', 'none'])
  })

  test('end a session with the first of them, unless the same crawl contacted the peer', () => {
    assert.equal(endAmong([failure(3), failure(4)], ['2', undefined])?.atMs, 3 * C)
    assert.equal(endAmong([failure(2), failure(3)], ['2', '4'])?.atMs, 3 * C)
    assert.equal(endAmong([failure(3)], ['2', '3']), undefined)
  })

  test('of crawls that left confirmations out end a session with the second of them', () => {
    assert.equal(endAmong([failure(3, { isUnchecked: true })], ['2', undefined]), undefined)
    assert.equal(endAmong([failure(3, { isUnchecked: true }), failure(4, { isUnchecked: true })], ['2', undefined])?.atMs, 4 * C)
    assert.equal(endAmong([failure(2, { isUnchecked: true }), failure(3, { isUnchecked: true })], ['2', undefined]), undefined)
  })

  test('bound the beginning of a session by the last that is confirmed, or long before', () => {
    assert.equal(absenceBefore(seen(9), [failure(7), failure(8)], undefined)?.atMs, 7 * C)
    assert.equal(absenceBefore(seen(9), [failure(8), failure(8, { after: 20_000 })], undefined)?.atMs, 8 * C + 20_000)
    assert.equal(absenceBefore(seen(9), [failure(8)], 8 * C)?.atMs, 8 * C)
    assert.equal(absenceBefore(seen(9), [failure(8)], undefined), undefined)
    assert.equal(absenceBefore(seen(14), [failure(8)], undefined)?.atMs, 8 * C)
    assert.equal(absenceBefore(seen(9), [failure(9)], undefined), undefined)
  })
})
