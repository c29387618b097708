import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { observedWindow } from '../../../consumer/figures/observed-window.ts'
import { availabilityOf, peerClassOf } from '../../../consumer/figures/peer-classes.ts'
import type { Observation } from '../../../consumer/figures/observed-window.ts'
import type { Session } from '../../../consumer/store/model/session.ts'

const C = 600_000
const DAY = 86_400_000
const crawls = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => (from + i) * C)
const of = (startsMs: number[], more: Partial<Observation> = {}): Observation => ({ startsMs, downtimes: [], oldestSessionMs: startsMs[0], ...more })

/** A session from one crawl to another, each contact a minute after the start; `open` is not ended. */
const session = (first: number, last: number, { isOpen = false, isCut = false } = {}): Session => ({
  nodeId: 'QmPeer',
  network: 'ipfs',
  vantage: '',
  firstOkMs: first * C + 60_000,
  lastOkMs: last * C + 60_000,
  absentBeforeMs: isCut ? null : (first - 1) * C + 60_000,
  firstFailMs: isOpen ? null : (last + 1) * C + 60_000,
  probes: last - first + 1,
  failures: 0,
  recovered: 0,
  endOutcome: null
})

suite('the observed part of a window', () => {
  test('is the window where crawls were made before and after it', () => {
    const { fromMs, toMs, downMs } = observedWindow({ fromMs: 10.5 * C, toMs: 20.5 * C }, of(crawls(0, 40)))

    assert.deepEqual([fromMs, toMs, downMs], [10.5 * C, 20.5 * C, 0])
  })

  test('begins with the first crawl and ends with the last one', () => {
    const { fromMs, toMs } = observedWindow({ fromMs: 100 * C - 14 * DAY, toMs: 100 * C + DAY }, of(crawls(100, 106)))

    assert.deepEqual([fromMs, toMs], [100 * C, 106 * C])
  })

  test('begins with the oldest session where the crawls of that time are not kept', () => {
    assert.equal(observedWindow({ fromMs: 0, toMs: 120 * C }, of(crawls(100, 110), { oldestSessionMs: 7 * C })).fromMs, 7 * C)
    assert.deepEqual(observedWindow({ fromMs: 0, toMs: 120 * C }, { startsMs: [], downtimes: [], oldestSessionMs: undefined }), {
      fromMs: 0,
      toMs: 120 * C,
      untilMs: 120 * C,
      downMs: 0,
      beganByMs: 1.2 * C,
      contactedFromMs: 118.8 * C
    })
  })

  test('is without the times between crawls in which we were down', () => {
    const downtimes = [{ fromMs: 2 * C, toMs: 8 * C }, { fromMs: 20 * C, toMs: 30 * C }]

    assert.equal(observedWindow({ fromMs: 5 * C, toMs: 25 * C }, of([...crawls(0, 2), ...crawls(8, 20), ...crawls(30, 40)], { downtimes })).downMs, 8 * C)
  })

  test('has no length where no crawl falls into it', () => {
    const { fromMs, toMs } = observedWindow({ fromMs: 50 * C, toMs: 60 * C }, of(crawls(0, 6)))

    assert.deepEqual([fromMs, toMs], [50 * C, 50 * C])
  })
})

suite('peers of a short history', () => {
  const window = observedWindow({ fromMs: 100 * C - 14 * DAY, toMs: 100 * C + DAY }, of(crawls(100, 119)))

  test('are online where every crawl contacted them, however long the window is', () => {
    assert.equal(availabilityOf([session(100, 119, { isOpen: true, isCut: true })], window), 'online')
    assert.equal(availabilityOf([session(110, 119, { isOpen: true })], window), 'mostly-online')
    assert.equal(availabilityOf([session(100, 102, { isCut: true })], window), 'mostly-offline')
  })

  test('were there at the beginning and at the end where the first and the last crawl contacted them', () => {
    const always = session(100, 119, { isOpen: true, isCut: true })
    const classes = [always, session(100, 118, { isCut: true }), session(101, 119, { isOpen: true }), session(101, 118)].map(of => peerClassOf([of], window))

    assert.deepEqual(classes, ['online', 'left', 'entered', 'one-off'])
  })

  test('of one crawl are online where it contacted them', () => {
    const one = observedWindow({ fromMs: 0, toMs: 200 * C }, of(crawls(100, 100)))

    const once = [session(100, 100, { isOpen: true, isCut: true })]

    assert.deepEqual([availabilityOf(once, one), peerClassOf(once, one)], ['online', 'online'])
    assert.equal(availabilityOf([], one), 'offline')
  })

  test('are not offline while we were down', () => {
    const downtimes = [{ fromMs: 104 * C, toMs: 130 * C }]
    const down = observedWindow({ fromMs: 0, toMs: 140 * C }, of([...crawls(100, 104), ...crawls(130, 134)], { downtimes }))

    assert.equal(availabilityOf([session(100, 104, { isOpen: true, isCut: true }), session(130, 134, { isOpen: true, isCut: true })], down), 'online')
  })
})
