import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { EDGE_OUTCOMES } from '../../../consumer/edges/edge-observer.ts'
import { EndedCrawls } from '../../../consumer/edges/ended-crawls.ts'
import { createLogger } from '../../../core/process/logger.ts'

suite('EndedCrawls', () => {
  test('knows the last crawl of a bounded number of scans, and reports each with its reason', () => {
    const lines: Record<string, unknown>[] = []
    const outcomes: string[] = []
    const log = createLogger({ level: 'info' }, { write: line => void lines.push(JSON.parse(line) as Record<string, unknown>) })
    const ended = new EndedCrawls({ log, observer: { ended: outcome => void outcomes.push(outcome) } })
    ended.addWritten({ scan: 'a/b/c', crawlId: 5, file: 'f', rows: 1, bytes: 2 })
    ended.add({ scan: 'a/b/c', crawlId: 3 })

    assert.deepEqual([3, 5, 6].map(crawlId => ended.has({ scan: 'a/b/c', crawlId })), [true, true, false])
    assert.equal(ended.has({ scan: 'a/b/d', crawlId: 0 }), false)

    for (const outcome of EDGE_OUTCOMES.filter(name => name !== 'written')) {
      ended.addWithoutFile({ scan: 'a/b/d', crawlId: 1 }, outcome, `because ${outcome}`)
    }
    assert.deepEqual(outcomes, EDGE_OUTCOMES)
    assert.deepEqual(lines.map(({ level, reason, err }) => [level, reason, (err as { code?: string } | undefined)?.code]).at(-1), ['error', 'because failed', 'PP_DUMP_FAILED'])

    for (let i = 0; i < 1_000; i++) {
      ended.add({ scan: `a/b/s${String(i)}`, crawlId: 1 })
    }
    assert.deepEqual([ended.has({ scan: 'a/b/c', crawlId: 3 }), ended.has({ scan: 'a/b/s999', crawlId: 1 })], [false, true])
  })
})
