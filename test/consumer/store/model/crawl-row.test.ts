import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { crawlOf as messageOf, crawlRowOf, effectiveState, supersedes } from '../../../../consumer/store/model/crawl-row.ts'
import { Crawl } from '../../../../core/contracts/crawl.ts'
import { anyCrawl, crawlOf, distributionsOf } from '../../../support/consumer/messages.ts'

suite('crawlRowOf', () => {
  test('keeps all of a message: it can be made from the row again', () => {
    fc.assert(fc.property(anyCrawl, (crawl) => {
      assert.deepEqual(Crawl.parse(messageOf(crawlRowOf(crawl), crawl.state)), crawl)
    }))
  })

  test('sums up values that become equal when they are made safe', () => {
    const row = crawlRowOf(crawlOf({ distributions: distributionsOf([{ value: '\0', count: 2 }, { value: '\ud800', count: 1 }], 0) }))
    const transports = row.aggregates.filter(({ dimension, isOther }) => dimension === 'transport' && !isOther)

    assert.deepEqual(transports, [{ dimension: 'transport', isOther: false, value: '�', count: 3 }])
  })
})

suite('supersedes', () => {
  test('is a strict order over different messages of a crawl', () => {
    fc.assert(fc.property(anyCrawl, anyCrawl, anyCrawl, (...messages) => {
      const [a, b, c] = messages.map(crawlRowOf) as [ReturnType<typeof crawlRowOf>, ReturnType<typeof crawlRowOf>, ReturnType<typeof crawlRowOf>]
      assert.equal(supersedes(a, a), false)
      assert.equal(supersedes(a, b) !== supersedes(b, a), a.digest !== b.digest)
      assert.ok(!(supersedes(a, b) && supersedes(b, c)) || supersedes(a, c))
    }))
  })

  test('puts finished before aborted before started, and then the later', () => {
    const row = (overrides: Parameters<typeof crawlOf>[0]): ReturnType<typeof crawlRowOf> => crawlRowOf(crawlOf(overrides))

    assert.ok(supersedes(row({ state: 'finished' }), row({ state: 'aborted' })))
    assert.ok(supersedes(row({ state: 'aborted' }), row({ state: 'started' })))
    assert.ok(supersedes(row({ finishedAt: '2026-01-01T00:02:00.000Z' }), row({ finishedAt: '2026-01-01T00:01:00.000Z' })))
  })
})

test('effectiveState calls a started crawl aborted once there is a later one', () => {
  assert.equal(effectiveState('started', true), 'aborted')
  assert.equal(effectiveState('started', false), 'started')
  assert.equal(effectiveState('finished', true), 'finished')
})
