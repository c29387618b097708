import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { CrawlTimeline, groupOf } from '../../../../consumer/jobs/sessions/crawl-timeline.ts'
import { foldSessions } from '../../../../consumer/jobs/sessions/fold-sessions.ts'
import type { FoldContext } from '../../../../consumer/jobs/sessions/fold-sessions.ts'
import type { Session, SessionVisit } from '../../../../consumer/store/model/session.ts'
import type { Outcome } from '../../../../core/contracts/outcome.ts'

const SCAN = { scanId: 1, scan: 'a/b/main', network: 'ipfs', vantage: '' }
const KEY = { nodeId: 'QmPeerAaaaaaaa', network: 'ipfs', vantage: '' }
const C = 600

interface ContextOptions { without?: readonly number[], inconclusive?: readonly number[], unchecked?: readonly number[] }

/** Crawls by number, every ten minutes; those listed are not conclusive, left confirmations out, or do not exist. */
function contextOf (count: number, { without = [], inconclusive = [], unchecked = [] }: ContextOptions = {}): FoldContext {
  const crawls = Array.from({ length: count }, (_, n) => n).filter(n => !without.includes(n))
    .map(n => ({ ...SCAN, crawlId: n * C, isConclusive: !inconclusive.includes(n), isUnchecked: unchecked.includes(n) }))

  return { timeline: new CrawlTimeline(crawls), group: groupOf(SCAN), scanOf: () => SCAN }
}

const visit = (n: number, outcome: Outcome = 'ok', { attempt = 1, after = 10 } = {}): SessionVisit => ({ startedAtMs: (n * C + after) * 1_000, scanId: 1, crawlId: n * C, attempt, outcome })
const at = (n: number, after = 10): number => (n * C + after) * 1_000
const oks = (from: number, to: number): SessionVisit[] => Array.from({ length: to - from + 1 }, (_, i) => visit(from + i))
const fails = (from: number, to: number): SessionVisit[] => oks(from, to).map(ok => ({ ...ok, outcome: 'timeout' }))
const fold = (visits: readonly SessionVisit[], context = contextOf(40)): Session[] => foldSessions(KEY, visits, context)
const spans = (sessions: readonly Session[]): (number | null)[][] => sessions.map(({ absentBeforeMs, firstOkMs, lastOkMs, firstFailMs }) =>
  [absentBeforeMs, firstOkMs, lastOkMs, firstFailMs].map(ms => ms === null ? null : Math.floor(ms / 1_000 / C)))

suite('sessions of a peer', () => {
  test('a session is a run of contacts between two failures', () => {
    assert.deepEqual(fold([...fails(0, 2), ...oks(3, 7), ...fails(8, 9)]), [{
      ...KEY,
      firstOkMs: at(3),
      lastOkMs: at(7),
      absentBeforeMs: at(1),
      firstFailMs: at(8),
      probes: 5,
      failures: 0,
      recovered: 0,
      endOutcome: 'timeout'
    }])
  })

  test('what was not seen to begin or to end is unknown', () => {
    assert.deepEqual(spans(fold(oks(3, 7))), [[null, 3, 7, null]])
    assert.deepEqual(spans(fold([...oks(3, 7), visit(8, 'refused'), ...oks(9, 9)])), [[null, 3, 7, 8], [8, 9, 9, null]])
  })

  test('a failure that a confirmation or a second dial recovers does not end a session', () => {
    const recovered = [...oks(0, 2), visit(3, 'timeout'), visit(3, 'timeout', { attempt: 3, after: 30 }), visit(3, 'ok', { attempt: 4, after: 90 }), ...oks(4, 5), visit(6, 'timeout')]
    const [session, ...more] = fold(recovered)

    assert.deepEqual(more, [])
    assert.deepEqual([session!.probes, session!.failures, session!.recovered, session!.firstFailMs], [8, 2, 2, at(6)])
  })

  test('a session ends at the first of the failures that are confirmed', () => {
    const [session] = fold([...oks(0, 2), visit(3, 'timeout'), visit(3, 'refused', { attempt: 3, after: 30 }), visit(3, 'refused', { attempt: 4, after: 90 })])

    assert.deepEqual([session!.firstFailMs, session!.endOutcome], [at(3), 'timeout'])
  })

  test('a failure after a contact of the same crawl ends nothing', () => {
    assert.deepEqual(spans(fold([...oks(0, 2), visit(2, 'timeout', { attempt: 2, after: 40 }), ...oks(3, 3)])), [[null, 0, 3, null]])
  })

  test('a failure before the first contact of the same crawl is not an absence', () => {
    assert.deepEqual(fold([visit(3, 'timeout'), visit(3, 'ok', { attempt: 2, after: 20 })])[0]!.absentBeforeMs, null)
    assert.deepEqual(fold([visit(2, 'timeout'), visit(3, 'timeout'), visit(3, 'ok', { attempt: 2, after: 20 })])[0]!.absentBeforeMs, null)
    assert.deepEqual(fold([...fails(1, 2), visit(3, 'timeout'), visit(3, 'ok', { attempt: 2, after: 20 })])[0]!.absentBeforeMs, at(1))
  })

  test('outcomes that say nothing about the peer count for nothing', () => {
    const [session] = fold([...oks(0, 2), visit(3, 'aborted'), visit(3, 'dns-failed', { attempt: 2, after: 20 }), ...oks(4, 4)])

    assert.deepEqual([session!.lastOkMs, session!.probes, session!.failures], [at(4), 4, 0])
  })

  test('a lone failure of a crawl that left confirmations out neither ends nor bounds a session', () => {
    const context = contextOf(40, { unchecked: [10, 11] })
    const [session, ...more] = fold([...oks(8, 9), ...fails(10, 10), ...oks(11, 12)], context)

    assert.deepEqual([more, session!.firstOkMs, session!.lastOkMs, session!.probes, session!.failures], [[], at(8), at(12), 5, 1])
    assert.deepEqual(spans(fold([...oks(8, 9), ...fails(10, 10)], context)), [[null, 8, 9, null]])
    assert.deepEqual(spans(fold([...fails(10, 10), ...oks(11, 12)], context)), [[null, 11, 12, null]])
  })

  test('in a crawl that left confirmations out, a failure that a second one confirms ends a session', () => {
    const context = contextOf(40, { unchecked: [10, 11] })
    const confirmed = [...oks(8, 9), visit(10, 'timeout'), visit(10, 'refused', { attempt: 3, after: 30 }), ...oks(11, 11)]

    assert.deepEqual(fold(confirmed, context).map(({ firstFailMs, endOutcome }) => [firstFailMs, endOutcome]), [[at(10, 30), 'refused'], [null, null]])
    assert.deepEqual(spans(fold([...oks(8, 9), ...fails(10, 11), ...oks(12, 12)], context)), [[null, 8, 9, 11], [11, 12, 12, null]])
    assert.deepEqual(spans(fold([...oks(8, 9), ...fails(11, 12), ...oks(13, 13)], context)), [[null, 8, 9, 12], [12, 13, 13, null]])
    assert.deepEqual(spans(fold([...oks(8, 9), ...fails(10, 10), ...oks(11, 12), ...fails(13, 13)], context)), [[null, 8, 12, 13]])
  })

  test('our own downtime ends no session and bounds none', () => {
    const context = contextOf(40, { without: [10, 11, 12] })

    assert.deepEqual(spans(fold([...oks(8, 9), ...oks(13, 14), ...fails(15, 15)], context)), [[null, 8, 9, null], [null, 13, 14, 15]])
    assert.deepEqual(spans(fold([...fails(7, 7), ...oks(8, 9), ...fails(13, 13), ...oks(14, 14)], context)), [[null, 8, 9, null], [null, 14, 14, null]])
    assert.deepEqual(spans(fold([...fails(9, 9), ...oks(13, 14)], context)), [[null, 13, 14, null]])
  })

  test('one lost crawl is not a downtime', () => {
    assert.deepEqual(spans(fold([...oks(8, 9), ...oks(11, 12), ...fails(14, 14)], contextOf(40, { without: [10, 13] }))), [[null, 8, 12, 14]])
  })

  test('failures of aborted, disturbed and unknown crawls end nothing, contacts of theirs count', () => {
    const context = contextOf(40, { inconclusive: [10], without: [12] })

    assert.deepEqual(spans(fold([...oks(8, 9), ...fails(10, 10), ...oks(11, 11), ...fails(12, 12), ...oks(13, 13)], context)), [[null, 8, 13, null]])
    assert.deepEqual(spans(fold([...oks(8, 10), ...fails(11, 11)], context)), [[null, 8, 10, 11]])
  })

  test('a peer that nobody visited for more than two intervals may have been away', () => {
    assert.deepEqual(spans(fold([...oks(8, 9), ...oks(13, 14)])), [[null, 8, 9, null], [null, 13, 14, null]])
  })

  test('a peer that is gone bounds its next session even where it is visited by every sixth crawl', () => {
    assert.deepEqual(spans(fold([...fails(8, 8), ...oks(14, 15)])), [[8, 14, 15, null]])
    assert.deepEqual(spans(fold([...fails(8, 8), ...oks(17, 17)])), [[null, 17, 17, null]])
  })

  test('one failed dial right before the first contact bounds nothing: the failure before it does', () => {
    assert.deepEqual(spans(fold([...fails(2, 2), ...fails(8, 8), ...oks(9, 10)])), [[2, 9, 10, null]])
    assert.deepEqual(spans(fold([...fails(8, 8), ...oks(9, 10)])), [[null, 9, 10, null]])
    assert.deepEqual(spans(fold([...fails(8, 8), visit(8, 'timeout', { attempt: 3, after: 30 }), ...oks(9, 10)])), [[8, 9, 10, null]])
    // It ended the session before: what counts as an end there counts here.
    assert.deepEqual(spans(fold(oks(9, 10).concat(fails(8, 8)), { ...contextOf(40), lastEndMs: at(8) })), [[8, 9, 10, null]])
  })

  test('without any crawl there are still sessions, none of them bounded', () => {
    assert.deepEqual(spans(fold([...oks(0, 2), ...fails(3, 3), ...oks(4, 4)], contextOf(0))), [[null, 0, 4, null]])
  })
})

suite('laws of sessions', () => {
  const COUNT = 40
  const anyOutcome = fc.constantFrom<Outcome[]>('ok', 'ok', 'ok', 'identified', 'timeout', 'refused', 'aborted')
  const anyDial = fc.record({ n: fc.integer({ min: 0, max: COUNT - 1 }), outcome: anyOutcome, attempt: fc.constantFrom(1, 2, 3) })
  const anyVisits = fc.uniqueArray(anyDial, { selector: ({ n, attempt }) => n * 10 + attempt, maxLength: 60 })
    .map(list => list.map(({ n, outcome, attempt }) => visit(n, outcome, { attempt, after: attempt * 20 })))
  const anyContext = fc.record({
    without: fc.subarray([7, 8, 9, 10, 20, 21, 30]),
    inconclusive: fc.subarray([5, 15, 16, 25]),
    unchecked: fc.subarray([3, 4, 12, 13, 17, 18, 19, 24, 33])
  }).map(options => contextOf(COUNT, options))

  test('the order of the visits does not matter', () => {
    const anyOrder = anyVisits.chain(visits => fc.tuple(fc.constant(visits), fc.shuffledSubarray(visits, { minLength: visits.length })))
    fc.assert(fc.property(anyOrder, anyContext, ([visits, shuffled], context) => {
      assert.deepEqual(fold(shuffled, context), fold(visits, context))
    }))
  })

  test('a fold that starts at a known session gives what a fold of all visits gives', () => {
    fc.assert(fc.property(anyVisits, anyContext, fc.nat(), (visits, context, pick) => {
      const whole = fold(visits, context)
      const known = whole[pick % Math.max(1, whole.length)]

      if (known !== undefined) {
        const rest = visits.filter(({ startedAtMs }) => startedAtMs >= known.lastOkMs)
        const later = fold(rest, { ...context, start: { session: known, isExact: true, fromMs: known.lastOkMs } })
        assert.deepEqual(later, whole.filter(({ firstOkMs }) => firstOkMs >= known.firstOkMs))
      }
    }))
  })

  test('sessions do not overlap, and their bounds contain them', () => {
    fc.assert(fc.property(anyVisits, anyContext, (visits, context) => {
      let end = -1

      for (const { absentBeforeMs, firstOkMs, lastOkMs, firstFailMs, probes, failures, recovered } of fold(visits, context)) {
        assert.ok(firstOkMs > end && lastOkMs >= firstOkMs)
        assert.ok(absentBeforeMs === null || (absentBeforeMs >= end && absentBeforeMs < firstOkMs))
        assert.ok(firstFailMs === null || firstFailMs > lastOkMs)
        assert.ok(probes > failures && failures >= recovered)
        end = lastOkMs
      }
    }))
  })
})
