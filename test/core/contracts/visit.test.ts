import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { suite, test } from 'node:test'
import { Visit, visitIdOf } from '../../../core/contracts/visit.ts'

const key = { scan: 'default/amino/main', crawlId: 1_764_000_000, nodeId: '12D3KooWQnwEGNqcM2nAcPtRR9rAX8Hrg4k9kJLCHoTR5chJfz6d', source: 'bootstrap', attempt: 1 }
const visit = { ...key, version: 1, visitId: visitIdOf(key), network: 'ipfs', discoveryType: 'active', startedAt: '2026-01-02T03:04:05.678Z', durationMs: 12.5, outcome: 'refused', addresses: [], attempts: [] }

suite('Visit', () => {
  test('has an id made of scan, crawl, peer, source and attempt', () => {
    const expected = createHash('sha256').update(`default/amino/main|1764000000|${key.nodeId}|bootstrap|1`).digest('hex').slice(0, 32)

    assert.equal(visitIdOf(key), expected)
    assert.notEqual(visitIdOf({ ...key, attempt: 2 }), expected)
  })

  test('accepts a message with fields that it does not know, and drops them', () => {
    const parsed = Visit.parse({ ...visit, colour: 'red' })

    assert.ok(!('colour' in parsed))
    assert.equal(parsed.moreAddresses, 0)
  })

  test('may be a confirmation, the third or the fourth visit of a peer in its crawl', () => {
    for (const attempt of [3, 4]) {
      assert.equal(Visit.parse({ ...visit, source: 'confirmation', attempt }).attempt, attempt)
    }
  })

  test('refuses a higher version, a wrong id, time or outcome', () => {
    for (const change of [{ version: 2 }, { visitId: 'x' }, { startedAt: '2026-01-02T03:04:05Z' }, { outcome: 'fine' }, { nodeId: '../../etc' }, { attempt: 5 }, { durationMs: -1 }, { addresses: ['x'.repeat(513)] }, { addresses: Array(129).fill('/ip4/1.2.3.4/tcp/1') }]) {
      assert.ok(!Visit.safeParse({ ...visit, ...change }).success, JSON.stringify(change).slice(0, 60))
    }
  })
})
