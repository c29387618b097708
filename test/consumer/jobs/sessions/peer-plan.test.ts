import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { CrawlTimeline, groupOf } from '../../../../consumer/jobs/sessions/crawl-timeline.ts'
import { planGroup } from '../../../../consumer/jobs/sessions/peer-plan.ts'
import type { PlanContext } from '../../../../consumer/jobs/sessions/peer-plan.ts'
import type { Session } from '../../../../consumer/store/model/session.ts'

const SCAN = { scan: 'a/b/main', network: 'ipfs', vantage: '' }
const GROUP = groupOf(SCAN)
const C = 600_000
const at = (n: number): number => n * C
const crawled = Array.from({ length: 100 }, (_, n) => n).filter(n => n < 50 || n > 54)
const timeline = new CrawlTimeline(crawled.map(n => ({ ...SCAN, crawlId: n * 600, isConclusive: true })))
const context = (since: number, edge = 0): PlanContext => ({ timeline, edgeMs: at(edge), sinceMs: at(since) })
const session = (firstOk: number, lastOk: number, firstFail: number | null = null): Session => ({
  nodeId: 'QmPeer',
  network: 'ipfs',
  vantage: '',
  firstOkMs: at(firstOk),
  lastOkMs: at(lastOk),
  absentBeforeMs: null,
  firstFailMs: firstFail === null ? null : at(firstFail),
  probes: 1,
  failures: 0,
  recovered: 0,
  endOutcome: firstFail === null ? null : 'timeout'
})

suite('plan of a peer', () => {
  test('an open session goes on from its last contact', () => {
    const open = session(10, 20)

    const start = { session: open, isExact: true, fromMs: at(20) }

    const plan = { fromMs: at(20), start, lastEndMs: undefined, replaced: [open], waitsForContact: false }
    assert.deepEqual(planGroup([session(1, 5, 6), open], GROUP, context(21)), plan)
  })

  test('after an end, a downtime or a long absence, nothing happens until the next contact', () => {
    const waits = (stored: Session[], since: number): unknown => {
      const { waitsForContact, replaced, start, fromMs } = planGroup(stored, GROUP, context(since))

      return [waitsForContact, replaced, start, fromMs / C]
    }

    assert.deepEqual(waits([session(10, 20, 21)], 40), [true, [], undefined, 40 - 8])
    assert.deepEqual(waits([session(10, 20, 21)], 22), [true, [], undefined, 20 + 1 / C])
    assert.deepEqual(waits([session(10, 48)], 55), [true, [], undefined, 48 + 1 / C])
    assert.deepEqual(waits([session(10, 20)], 29), [true, [], undefined, 29 - 8])
    assert.deepEqual(waits([], 27), [true, [], undefined, 27 - 8])
  })

  test('a failure at the time of the change may be recovered now', () => {
    assert.equal(planGroup([session(10, 20, 21)], GROUP, context(21)).waitsForContact, false)
  })

  test('a change before stored sessions derives those after the last unchanged one again', () => {
    const later = [session(25, 30, 31), session(35, 40)]

    const again = { start: undefined, lastEndMs: undefined as number | undefined, replaced: later, waitsForContact: false }

    assert.deepEqual(planGroup([session(10, 20, 21), ...later], GROUP, context(27)), { ...again, lastEndMs: at(21), fromMs: at(20) + 1 })
    assert.deepEqual(planGroup(later, GROUP, context(10)), { ...again, fromMs: 0 })
  })

  test('a session that began before the oldest kept visit keeps its beginning', () => {
    const crossing = session(20, 40, 41)
    const plan = { fromMs: at(30), lastEndMs: undefined, start: { session: crossing, isExact: false, fromMs: at(30) }, waitsForContact: false }
    const later = session(50, 60)

    assert.deepEqual(planGroup([session(1, 2, 3), crossing, later], GROUP, context(30, 30)), { ...plan, replaced: [crossing, later] })
    assert.deepEqual(planGroup([crossing], GROUP, context(30, 30)), { ...plan, replaced: [crossing] })
  })
})
