// What every adapter of the NodeStore port must make possible for the derivation of sessions: the same rows whenever, how often and
// after whatever order of messages they are derived.
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { pino } from 'pino'
import { readSessionFigures } from '../../../consumer/figures/session-figures.ts'
import { deriveSessions } from '../../../consumer/jobs/sessions/derive-sessions.ts'
import { isProbeError } from '../../../core/errors.ts'
import { systemClock } from '../../../core/time/clock.ts'
import { CRAWL_ID } from '../../support/consumer/messages.ts'
import { randomOf } from '../../support/network/simulated-network-random.ts'
import { crawlMessages, simulatedNodeId, visitMessages } from '../../support/sessions/simulated-messages.ts'
import { simulateCrawls, simulatePeer } from '../../support/sessions/simulated-peers.ts'
import type { DerivationReport } from '../../../consumer/jobs/sessions/derive-sessions.ts'
import type { StoreBatch } from '../../../consumer/store/model/node-store.ts'
import type { Clock } from '../../../core/time/clock.ts'
import type { OpenStore, Row, StoreFixture } from './node-store-fixture.ts'

const PEERS = 12
const INTERVAL_S = 1_800
const DAY_S = 86_400
const YEAR_MS = 365 * DAY_S * 1_000
const log = pino({ level: 'silent' })
const { signal } = new AbortController()

/** Batches, one for each crawl, with what all peers got in it. */
function simulate (seed: number, hours = 72): (StoreBatch & { crawlId: number })[] {
  const crawls = simulateCrawls({ fromS: CRAWL_ID, hours, intervalS: INTERVAL_S, seed, troubleShare: 0.03, downtimes: [[20, 23], [50, 51]] })
  const peers = Array.from({ length: PEERS }, (_, n) => simulatePeer(crawls, { seed: seed * 1_000 + n, dialFailure: 0.1 }))
  const visits = peers.flatMap((peer, n) => visitMessages(simulatedNodeId(n), peer))
  const byCrawl = Map.groupBy(visits, ({ crawlId }) => crawlId)

  return crawls.map(crawl => ({ crawlId: crawl.crawlId, visits: byCrawl.get(crawl.crawlId) ?? [], crawls: crawlMessages(crawl) }))
}

// The store's clock stands still, or its time limits would end; the pauses of a derivation pass.
function pausing (clock: Clock): Clock {
  return { now: () => clock.now(), monotonic: () => systemClock.monotonic(), after: (ms, callback) => systemClock.after(ms, callback) }
}

async function derive ({ store, clock }: StoreFixture, keepMs = YEAR_MS): Promise<DerivationReport> {
  return await deriveSessions({ store, clock: pausing(clock), log }, { keepMs, isGentle: false }, signal)
}

async function write ({ store }: StoreFixture, batches: readonly StoreBatch[]): Promise<void> {
  for (const { visits, crawls } of batches) {
    await store.write({ visits, crawls })
  }
}

async function purge ({ store }: StoreFixture, beforeMs: number): Promise<void> {
  let step = await store.purge(beforeMs)

  while (step.next !== undefined) {
    step = await store.purge(beforeMs, step.next)
  }
}

const rows = async ({ query }: StoreFixture): Promise<Row[]> => (await query('SELECT * FROM session ORDER BY node_id, network, vantage, first_ok')).map(row => ({ ...row }))

async function derivedAtOnce (open: OpenStore, batches: readonly StoreBatch[]): Promise<Row[]> {
  await using fixture = await open()
  await write(fixture, batches)
  await derive(fixture)

  return await rows(fixture)
}

function shuffled<T> (list: readonly T[], seed: number): T[] {
  const random = randomOf(seed)

  return list.map(entry => ({ entry, by: random() })).sort((a, b) => a.by - b.by).map(({ entry }) => entry)
}

async function oldestMs ({ store }: StoreFixture): Promise<number> {
  const { sessions } = await store.sessions(undefined, 1_000)

  return Math.min(...sessions.map(({ firstOkMs }) => firstOkMs))
}

/** Part of the suite: sessions. */
export function nodeStoreSessionsConformance (adapter: string, open: OpenStore): void {
  suite(`NodeStore conformance, sessions: ${adapter}`, () => {
    test('derived after every few crawls, and twice: the same rows as derived once at the end', async () => {
      const batches = simulate(1)
      const expected = await derivedAtOnce(open, batches)
      await using fixture = await open()

      for (let i = 0; i < batches.length; i += 7) {
        await write(fixture, batches.slice(i, i + 7))
        await derive(fixture)
      }

      assert.ok(expected.length > PEERS)
      assert.ok(expected.some(row => row['absent_before'] !== null && row['first_fail'] !== null && Number(row['recovered']) > 0))
      assert.deepEqual(await rows(fixture), expected)
      assert.deepEqual(await derive(fixture), { peers: 0, visits: 0, written: 0, removed: 0, expired: 0 })
      assert.deepEqual(await rows(fixture), expected)
    })

    test('of messages in another order: the same rows', async () => {
      const batches = simulate(2)
      await using fixture = await open()
      const messages = shuffled(batches.flatMap(({ visits, crawls }): StoreBatch[] => [
        ...visits.map(visit => ({ visits: [visit], crawls: [] })),
        ...crawls.map(crawl => ({ visits: [], crawls: [crawl] }))
      ]), 3)
      const merged = Array.from({ length: Math.ceil(messages.length / 100) }, (_, i) => messages.slice(i * 100, (i + 1) * 100))
        .map(some => ({ visits: some.flatMap(({ visits }) => visits), crawls: some.flatMap(({ crawls }) => crawls) }))

      for (const [i, batch] of merged.entries()) {
        await write(fixture, [batch])
        await (i % 4 === 0 ? derive(fixture) : undefined)
      }
      await derive(fixture)

      assert.deepEqual(await rows(fixture), await derivedAtOnce(open, batches))
    })

    test('after a day that was lost and replayed: the same rows', async () => {
      const batches = simulate(4)
      const isLost = ({ crawlId }: { crawlId: number }): boolean => crawlId >= CRAWL_ID + DAY_S && crawlId < CRAWL_ID + 2 * DAY_S
      await using fixture = await open()
      await write(fixture, batches.filter(batch => !isLost(batch)))
      await derive(fixture)
      const without = await rows(fixture)
      await write(fixture, batches.filter(isLost))
      await derive(fixture)

      const expected = await derivedAtOnce(open, batches)
      assert.deepEqual(await rows(fixture), expected)
      assert.notDeepEqual(without, expected)
    })

    test('sessions outlive their visits: retention changes none, and open ones go on', async () => {
      const batches = simulate(5, 120)
      const edge = CRAWL_ID + 3 * DAY_S
      await using fixture = await open()
      await write(fixture, batches.filter(({ crawlId }) => crawlId < edge + DAY_S))
      await derive(fixture)
      const before = await rows(fixture)
      await purge(fixture, edge * 1_000)
      assert.ok((await fixture.query(`SELECT count(*) AS n FROM visit WHERE crawl_id < ${String(edge)}`)).every(row => Number(row['n']) === 0))
      await derive(fixture)
      assert.deepEqual(await rows(fixture), before)
      await write(fixture, batches.filter(({ crawlId }) => crawlId >= edge + DAY_S))
      await derive(fixture)

      assert.deepEqual(await rows(fixture), await derivedAtOnce(open, batches))
    })

    test('a session of which only the end is kept keeps its beginning when everything is derived again', async () => {
      const batches = simulate(6, 96)
      const edge = CRAWL_ID + 2 * DAY_S
      await using fixture = await open()
      await write(fixture, batches)
      await derive(fixture)
      const before = await rows(fixture)
      await purge(fixture, edge * 1_000)
      await fixture.query('UPDATE session_state SET rules = 0')
      await derive(fixture)
      const after = await rows(fixture)

      assert.deepEqual(after.map(row => row['first_ok']), before.map(row => row['first_ok']))
      assert.deepEqual(after.map(row => row['last_ok']), before.map(row => row['last_ok']))
    })

    test('removes sessions that ended too long ago', async () => {
      await using fixture = await open()
      await write(fixture, simulate(7))
      await derive(fixture)
      const all = await rows(fixture)
      const keepMs = fixture.clock.now() - (CRAWL_ID + DAY_S) * 1_000
      const { expired } = await derive(fixture, keepMs)
      const left = await rows(fixture)

      assert.ok(expired > 0 && left.length > 0)
      assert.equal(left.length, all.length - expired)
      assert.ok(left.every(row => Date.parse(`${String(row['last_ok'])}Z`) >= (CRAWL_ID + DAY_S) * 1_000 - 1_000))
    })

    test('reads sessions by pages, and shows them with the bounds of their lengths', async () => {
      await using fixture = await open()
      await write(fixture, simulate(8))
      await derive(fixture)
      const detail = (await fixture.query('SELECT * FROM session_detail ORDER BY node_id, network, first_ok')).map(row => [Number(row['at_least_s']), row['at_most_s'] === null ? null : Number(row['at_most_s']), Number(row['is_reported'])])
      const sessions = []

      for (let page = await fixture.store.sessions(undefined, 5); ; page = await fixture.store.sessions(page.next, 5)) {
        sessions.push(...page.sessions)
        if (page.next === undefined) {
          break
        }
      }

      assert.ok(sessions.length > 10)
      assert.deepEqual(sessions.map(({ firstOkMs, lastOkMs, absentBeforeMs, firstFailMs }) => [
        (lastOkMs - firstOkMs) / 1_000,
        absentBeforeMs === null || firstFailMs === null ? null : (firstFailMs - absentBeforeMs) / 1_000,
        Number(absentBeforeMs !== null && firstFailMs !== null)
      ]), detail)
    })

    test('has figures of the time from the first crawl to the last one, without our downtimes', async () => {
      await using fixture = await open()
      const batches = simulate(10)
      await write(fixture, batches)
      await derive(fixture)
      const crawls = batches.flatMap(batch => batch.crawls).filter(({ state, disturbed }) => state === 'finished' && disturbed !== true)
      const starts = crawls.map(({ crawlId }) => crawlId * 1_000)
      const window = { fromMs: starts[0]! - 30 * DAY_S * 1_000, toMs: starts.at(-1)! + DAY_S * 1_000 }
      const [figures, ...others] = await readSessionFigures(fixture.store, window, signal)

      assert.deepEqual(others, [])
      assert.deepEqual([figures!.observed.fromMs, figures!.observed.toMs], [Math.min(starts[0]!, await oldestMs(fixture)), starts.at(-1)])
      assert.ok(figures!.observed.downMs >= 4 * 3_600_000 && figures!.observed.downMs < 12 * 3_600_000, String(figures!.observed.downMs))
      assert.ok(figures!.survival.sessions > 0)
    })

    test('a derivation ends when another one has begun', async () => {
      await using fixture = await open()
      await write(fixture, simulate(9, 24))
      const beginsAnother: StoreFixture['store']['deriveSessions'] = async work => await fixture.store.deriveSessions(async (sessions) => {
        const begin = sessions.begin.bind(sessions)

        return await work(Object.assign(sessions, {
          begin: async () => {
            const basis = await begin()
            await begin()

            return basis
          }
        }))
      })

      await assert.rejects(deriveSessions({ store: { deriveSessions: beginsAnother }, clock: pausing(fixture.clock), log }, { keepMs: YEAR_MS, isGentle: false }, signal), err => isProbeError(err, 'PP_STORE_CONFLICT'))
      assert.deepEqual(await rows(fixture), [])
      await derive(fixture)
      assert.ok((await rows(fixture)).length > 0)
    })
  })
}
