// Dumps of each content, in each format.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { suite, test } from 'node:test'
import { MIN_FREE_BYTES } from '../../../consumer/dumps/record-dump.ts'
import { RECORD_KINDS } from '../../../consumer/records/record-kinds.ts'
import { DUMP_CONTENTS } from '../../../core/contracts/dump-content.ts'
import { isProbeError, ProbeError } from '../../../core/errors.ts'
import { DumpRig, deriveAll, KEEP_MS, recordsIn } from '../../support/consumer/dump-rig.ts'
import { HOSTILE_TEXTS } from '../../support/consumer/hostile-texts.ts'
import { CRAWL_ID, crawlOf, failedVisitOf, PEERS, visitOf } from '../../support/consumer/messages.ts'
import type { DumpResult } from '../../../consumer/dumps/record-dump.ts'
import type { Visit } from '../../../core/contracts/visit.ts'

const FORMATS = ['NDJSON', 'CSV', 'Parquet'] as const
const DAY = 86_400

/** Visits of so many peers in three crawls, the second of which contacts none of them: each peer has two sessions. */
function visitsOf (peers: number): Visit[] {
  return Array.from({ length: peers }, (_, i) => `QmPeerNumber${String(i).padStart(3, '0').replaceAll('0', 'a')}`).flatMap((nodeId, i) => [
    visitOf({ nodeId, identify: { agentVersion: HOSTILE_TEXTS[i % 20] ?? 'kubo', protocols: ['/a', 'b,"c'], listenAddresses: ['/ip4/192.0.2.1/tcp/1'] } }),
    failedVisitOf({ nodeId, crawlId: CRAWL_ID + 600, detail: HOSTILE_TEXTS[i % 20] }),
    visitOf({ nodeId, crawlId: CRAWL_ID + 1_200 })
  ])
}

const CRAWLS = [0, 600, 1_200, 1_800].map(s => crawlOf({ crawlId: CRAWL_ID + s, disturbed: false, confirmationsLeftOut: 0 }))

suite('dumps of each content', () => {
  for (const content of DUMP_CONTENTS) {
    for (const format of FORMATS) {
      test(`${content} in ${format}: an independent reader finds the rows of the store, and the manifest describes the file`, async () => {
        await using rig = await DumpRig.open()
        await rig.write({ visits: visitsOf(600), crawls: CRAWLS })
        await deriveAll(rig.store)
        const result = await rig.dump(content, { format })
        assert.ok(result.outcome === 'written')
        const { entry } = result
        const rows = await rig.stored(content)
        const times = rows.map(row => String(row[RECORD_KINDS[content].time])).sort()
        const file = readFileSync(`${rig.folder.path}/${entry.file}`)

        assert.equal(rows.length, { nodes: 600, visits: 1_800, crawls: 4, sessions: 1_200 }[content])
        assert.deepEqual(await recordsIn(rig.folder, result), rows)
        assert.ok(entry.file.startsWith(`${content}-`))
        assert.deepEqual(
          [entry.content, entry.format, entry.full, entry.changedSince, entry.count, entry.minTime, entry.maxTime, entry.bytes, entry.sha256],
          [content, format, true, null, rows.length, times[0], times.at(-1), file.length, createHash('sha256').update(file).digest('hex')]
        )
        assert.deepEqual(await rig.listed(), [entry])
      })
    }

    test(`${content}: a dump of an empty store is empty, and readable`, async () => {
      await using rig = await DumpRig.open()
      for (const format of FORMATS) {
        const result = await rig.dump(content, { format })
        assert.deepEqual(await recordsIn(rig.folder, result), [])
        assert.ok(result.outcome === 'written')
        assert.deepEqual([result.entry.minTime, result.entry.maxTime], [null, null])
      }
    })
  }

  test('follow from the last one of the same content, whatever others were written since', async () => {
    await using rig = await DumpRig.open()
    await rig.write({ visits: [visitOf()], crawls: [] })
    await rig.dump('nodes')
    await rig.write({ visits: [visitOf({ nodeId: PEERS[1] })], crawls: [] })
    await rig.dump('crawls')
    await rig.dump('nodes', { format: 'CSV' })
    const next = await rig.dump('nodes')

    assert.deepEqual((await recordsIn(rig.folder, next)).map(({ node_id: peer }) => peer), [PEERS[1]])
  })

  test('of visits have those written since the last one, also late ones of old crawls, and those that replace others', async () => {
    await using rig = await DumpRig.open()
    const started = (s: number): { startedAt: string } => ({ startedAt: new Date((CRAWL_ID + s) * 1_000).toISOString() })
    const newer = visitOf({ crawlId: CRAWL_ID + DAY, ...started(DAY + 5) })
    await rig.write({ visits: [visitOf(started(1)), visitOf({ nodeId: PEERS[1], ...started(300) }), newer] })
    const first = await rig.dump('visits')
    assert.equal((await rig.dump('visits')).outcome, 'unchanged')
    await rig.write({ visits: [visitOf({ nodeId: PEERS[2], ...started(600) })], crawls: [] })
    const second = await rig.dump('visits')
    await rig.write({ visits: [visitOf({ nodeId: PEERS[1], ...started(301), durationMs: 999 })], crawls: [] })
    const third = await rig.dump('visits', { format: 'NDJSON' })
    const full = await rig.dump('visits', { format: 'CSV' })
    const secondsOf = async (result: DumpResult): Promise<unknown[]> =>
      (await recordsIn(rig.folder, result)).map(({ started_at: at }) => Date.parse(String(at)) / 1_000 - CRAWL_ID)

    assert.deepEqual(await secondsOf(first), [1, 300, DAY + 5])
    assert.deepEqual(await secondsOf(second), [600])
    // The one of the same crawl that started later comes again.
    assert.deepEqual(await secondsOf(third), [301, 600])
    assert.deepEqual(await recordsIn(rig.folder, full), await rig.stored('visits'))
  })

  test('of crawls have those written since the last one: begun, ended, or ended by the next one', async () => {
    await using rig = await DumpRig.open()
    const statesIn = async (result: DumpResult): Promise<unknown[]> =>
      (await recordsIn(rig.folder, result)).map(({ crawl_id: id, state }) => [Number(id) - CRAWL_ID, state])
    await rig.write({ crawls: [crawlOf(), crawlOf({ crawlId: CRAWL_ID + 600, state: 'started' })] })
    const first = await rig.dump('crawls')
    assert.equal((await rig.dump('crawls')).outcome, 'unchanged')
    await rig.write({ crawls: [crawlOf({ crawlId: CRAWL_ID + 1_200, state: 'started' })] })
    const second = await rig.dump('crawls')

    assert.deepEqual(await statesIn(first), [[0, 'finished'], [600, 'started']])
    assert.deepEqual(await statesIn(second), [[600, 'aborted'], [1_200, 'started']])
  })

  test('of sessions have all of them, once for each derivation', async () => {
    await using rig = await DumpRig.open()
    await rig.write({ visits: visitsOf(3), crawls: CRAWLS })
    await deriveAll(rig.store)
    const first = await rig.dump('sessions')
    await rig.write({ visits: [visitOf({ crawlId: CRAWL_ID + 1_800 })], crawls: [] })
    assert.equal((await rig.dump('sessions')).outcome, 'unchanged')
    await deriveAll(rig.store)
    const second = await rig.dump('sessions')
    assert.equal((await rig.dump('sessions', { full: true })).outcome, 'unchanged')

    assert.deepEqual((await recordsIn(rig.folder, first)).length, 6)
    assert.deepEqual(await recordsIn(rig.folder, second), await rig.stored('sessions'))
    assert.deepEqual((await rig.listed()).map(({ full, changedSince }) => [full, changedSince]), [[true, null], [true, null]])
  })

  test('of sessions are written again until a derivation that failed half-way was made up for', async () => {
    await using rig = await DumpRig.open()
    await rig.write({ visits: visitsOf(3), crawls: CRAWLS })
    const failure = new ProbeError('PP_STORE_UNAVAILABLE', 'away')
    await assert.rejects(rig.store.deriveSessions(async (sessions) => {
      await sessions.begin()
      throw failure
    }), failure)
    await rig.dump('sessions')
    await rig.clock.advance(1_000)
    await rig.dump('sessions')
    await deriveAll(rig.store)
    await rig.clock.advance(1_000)
    const last = await rig.dump('sessions')

    assert.deepEqual(await recordsIn(rig.folder, last), await rig.stored('sessions'))
    assert.deepEqual((await rig.listed()).map(({ count, generation }) => [count, generation !== null]), [[0, false], [0, false], [6, true]])
    assert.equal((await rig.dump('sessions')).outcome, 'unchanged')
  })

  test('are removed by age for each content and format: the newest of what is dumped now stays', async () => {
    await using rig = await DumpRig.open()
    await rig.write({ visits: visitsOf(3), crawls: CRAWLS })
    await deriveAll(rig.store)

    for (const format of FORMATS) {
      for (const content of DUMP_CONTENTS) {
        await rig.dump(content, { format })
        await rig.clock.advance(1_000)
      }
    }
    await rig.clock.advance(2 * KEEP_MS)
    await rig.dump('sessions', { contents: ['sessions', 'visits'], format: 'Parquet' })
    const files = (await rig.folder.list()).filter(name => name !== 'manifest.json')

    assert.deepEqual((await rig.listed()).map(({ content, format }) => [content, format]), [['visits', 'Parquet'], ['sessions', 'Parquet']])
    assert.deepEqual(files.sort(), (await rig.listed()).map(({ file }) => file).sort())
  })

  test('are left out where the disk has no room for one as large as the last of this content', async () => {
    await using rig = await DumpRig.open()
    await rig.write({ visits: visitsOf(600), crawls: CRAWLS })
    const large = await rig.dump('visits', { full: true })
    const small = await rig.dump('crawls', { full: true })
    assert.ok(large.outcome === 'written' && small.outcome === 'written' && large.entry.bytes > small.entry.bytes)
    rig.folder.free = async () => await Promise.resolve(MIN_FREE_BYTES + 2 * small.entry.bytes)
    await rig.write({ visits: [visitOf({ crawlId: CRAWL_ID + DAY })], crawls: [crawlOf({ crawlId: CRAWL_ID + DAY })] })

    assert.equal((await rig.dump('visits', { full: true })).outcome, 'skipped')
    assert.equal((await rig.dump('crawls', { full: true })).outcome, 'written')
  })

  test('leave no file where the manifest cannot be written', async () => {
    await using rig = await DumpRig.open()
    const failure = new ProbeError('PP_DUMP_FAILED', 'no room')
    rig.folder.writeText = async () => {
      await Promise.reject(failure)
    }
    await assert.rejects(rig.dump('visits'), failure)

    assert.deepEqual(await rig.folder.list(), [])
  })

  test('are not asked for where a content cannot be told by when it was written', async () => {
    await using rig = await DumpRig.open()
    await using snapshot = await rig.store.snapshot()
    await assert.rejects(snapshot.records({ kind: 'sessions', changedSinceMs: 0, limit: 1 }), err => isProbeError(err, 'PP_RECORD_QUERY') && err.message.startsWith('sessions do not say'))
  })
})
