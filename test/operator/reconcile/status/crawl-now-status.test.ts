import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { crawlNowStatus, isAwaited, warnOfRequests } from '../../../../operator/reconcile/status/crawl-now-status.ts'
import { clusterProbe, probeObject } from '../../../support/cluster/cluster-probe.ts'
import type { EventNote } from '../../../../operator/runtime/event-recorder.ts'

const AT = '2026-11-30T21:00:00.000Z'
const OTHER = '2026-11-30T20:00:00.000Z'

suite('the status of a requested crawl', () => {
  test('goes from requested to running to finished, as the crawler reports', () => {
    const requested = crawlNowStatus(AT, { requestedAt: OTHER, crawlId: 1, isOver: true })
    const running = crawlNowStatus(AT, { requestedAt: AT, crawlId: 2, isOver: false }, requested)
    const finished = crawlNowStatus(AT, { requestedAt: AT, crawlId: 2, isOver: true }, running)

    assert.deepEqual(requested, { requestedAt: AT, state: 'Requested' })
    assert.deepEqual(running, { requestedAt: AT, state: 'Running', crawlId: 2 })
    assert.deepEqual(finished, { requestedAt: AT, state: 'Finished', crawlId: 2 })
  })

  test('stays unchanged while the crawler does not answer, and stays finished when the crawler restarts', () => {
    const running = { requestedAt: AT, state: 'Running', crawlId: 2 } as const
    const finished = { requestedAt: AT, state: 'Finished', crawlId: 2 } as const

    assert.equal(crawlNowStatus(AT, undefined, running), running)
    assert.equal(crawlNowStatus(AT, { requestedAt: AT, crawlId: 9, isOver: false }, finished), finished)
  })

  test('starts over with another request, and is removed with the annotation', () => {
    assert.deepEqual(crawlNowStatus(AT, undefined, { requestedAt: OTHER, state: 'Finished', crawlId: 2 }), { requestedAt: AT, state: 'Requested' })
    assert.equal(crawlNowStatus(undefined, undefined, { requestedAt: OTHER, state: 'Finished', crawlId: 2 }), undefined)
  })

  test('is checked often while a user may be waiting, and not forever', () => {
    const now = Date.parse(AT) + 60_000

    assert.equal(isAwaited({ requestedAt: AT, state: 'Running' }, now), true)
    assert.equal(isAwaited({ requestedAt: AT, state: 'Finished' }, now), false)
    assert.equal(isAwaited({ requestedAt: AT, state: 'Requested' }, now + 7_200_000), false)
    assert.equal(isAwaited(undefined, now), false)
  })
})

test('an invalid request is a warning event of the PeerProbe', async () => {
  const notes: EventNote[] = []
  const events = { record: async (_: unknown, note: EventNote) => {
    notes.push(note)
    await Promise.resolve()
  } }
  const warn = async (annotations: object): Promise<void> => {
    await warnOfRequests({ events }, { probe: clusterProbe({}, { annotations }), object: probeObject() }, new AbortController().signal)
  }
  await warn({ 'peerprobe.dev/crawl-now': AT })
  assert.equal(notes.length, 0)
  await warn({ 'peerprobe.dev/crawl-now': 'soon', 'crawl-now.peerprobe.dev/other': AT })

  const [{ reason, note } = assert.fail(), ...others] = notes
  assert.deepEqual(others, [])
  assert.equal(reason, 'CrawlNowIgnored')
  assert.match(note, /annotation peerprobe\.dev\/crawl-now: "soon" is not a time.* \(and 1 more\)$/)
})
