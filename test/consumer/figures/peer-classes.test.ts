import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { observedWindow } from '../../../consumer/figures/observed-window.ts'
import { availabilityOf, peerClassOf } from '../../../consumer/figures/peer-classes.ts'
import { readSessionFigures } from '../../../consumer/figures/session-figures.ts'
import { figureSource } from '../../support/sessions/figure-source.ts'
import type { Session } from '../../../consumer/store/model/session.ts'

const ASKED = { fromMs: 0, toMs: 100_000 }
const WINDOW = observedWindow(ASKED, { startsMs: [], downtimes: [], oldestSessionMs: undefined })
const of = (first: number, last: number, bounds: Partial<Session> = {}): Session => ({
  nodeId: 'QmPeer',
  network: 'ipfs',
  vantage: '',
  firstOkMs: first * 1_000,
  lastOkMs: last * 1_000,
  absentBeforeMs: (first - 2) * 1_000,
  firstFailMs: (last + 2) * 1_000,
  probes: 2,
  failures: 0,
  recovered: 0,
  endOutcome: 'timeout',
  ...bounds
})

suite('classes of peers', () => {
  test('by the share of the window that they are online', () => {
    const classes = [[of(1, 99)], [of(9, 50)], [of(0, 20), of(60, 82)], [of(9, 19)], [of(9, 12)], [of(-50, -1)]]
      .map(sessions => availabilityOf(sessions, WINDOW))

    assert.deepEqual(classes, ['online', 'mostly-online', 'mostly-online', 'mostly-offline', 'offline', 'offline'])
  })

  test('by where they are at the beginning and at the end', () => {
    const classes = [[of(-9, 120)], [of(-9, 50)], [of(40, 110)], [of(40, 60)], [of(10, 20), of(40, 60)], [of(-50, -20)]]
      .map(sessions => peerClassOf(sessions, WINDOW))

    assert.deepEqual(classes, ['online', 'left', 'entered', 'one-off', 'dangling', 'offline'])
  })

  test('our own downtime makes no peer dangling', () => {
    assert.equal(peerClassOf([of(-9, 30, { firstFailMs: null }), of(50, 110, { absentBeforeMs: null })], WINDOW), 'online')
  })
})

suite('figures of sessions', () => {
  const page = async (sessions: readonly Session[]): Promise<Awaited<ReturnType<typeof readSessionFigures>>> =>
    await readSessionFigures(figureSource(sessions), ASKED, new AbortController().signal)

  test('count peers and sessions by network and vantage', async () => {
    const [first, second, ...more] = await page([
      of(10, 20),
      of(40, 60),
      of(30, 30, { nodeId: 'QmOther', probes: 1 }),
      of(1, 99, { nodeId: 'QmOther', vantage: 'eu' })
    ])

    assert.deepEqual(more, [])
    assert.deepEqual([first!.vantage, first!.sessions, first!.peers.dangling, first!.peers['one-off']], ['', 3, 1, 1])
    assert.deepEqual([first!.survival.sessions, first!.residual.sessions], [3, 1])
    assert.deepEqual([second!.vantage, second!.sessions, second!.availability.online], ['eu', 1, 1])
  })

  test('say which share is censored, and which was missed', async () => {
    const [figures] = await page([
      of(10, 10, { probes: 1 }),
      of(20, 20, { probes: 1 }),
      of(30, 30, { probes: 1, firstFailMs: null }),
      of(40, 44, { absentBeforeMs: null })
    ])

    assert.equal(figures!.censoredShare, 0.5)
    assert.equal(Math.round(figures!.missedShare * 1_000), 351)
  })

  test('without sessions there are no figures', async () => {
    assert.deepEqual(await page([]), [])
  })
})
