import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { CrawlTotals } from '../../../core/contracts/crawl.ts'
import { CrawlTally, MAX_UNCONTACTED_PUBLISHED } from '../../../crawler/engine/crawl-tally.ts'

suite('CrawlTally', () => {
  test('counts each peer once, by its last visit', () => {
    const tally = new CrawlTally()
    tally.count('refused', undefined)
    tally.count('timeout', undefined)
    tally.count('ok', 'refused')
    tally.count('rpc-failed', undefined)
    tally.count('identified', undefined)
    tally.count('connected', undefined)
    const totals = tally.totals({ discovered: 9, refusedPeers: 2 })

    assert.deepEqual(CrawlTotals.parse(totals), {
      discovered: 9,
      visited: 5,
      contacted: 4,
      dhtServers: 2,
      unpublished: 0,
      refusedPeers: 2,
      outcomes: { 'timeout': 1, 'ok': 1, 'rpc-failed': 1, 'identified': 1, 'connected': 1 }
    })
    assert.equal(tally.visits, 6)
  })

  test('allows 50,000 visits of uncontacted peers to be published, and any number of contacted ones', () => {
    const tally = new CrawlTally()
    const admitted = Array.from({ length: MAX_UNCONTACTED_PUBLISHED + 3 }, () => tally.admits('timeout')).filter(Boolean).length

    assert.equal(admitted, MAX_UNCONTACTED_PUBLISHED)
    assert.equal(tally.admits('connected'), true)
    assert.equal(tally.totals({ discovered: 0, refusedPeers: 0 }).unpublished, 3)
  })
})
