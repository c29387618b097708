import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { sleep } from '../../../../core/time/sleep.ts'
import { BEAT_MS, StandstillWatch } from '../../../../core/time/standstill.ts'
import { CONFIRMATION_SHARE, MIN_CONFIRMATIONS } from '../../../../crawler/engine/confirmation/confirmations.ts'
import { FakeClock } from '../../../support/fake-clock.ts'
import { addressOf, peerIdOf } from '../../../support/network/simulated-network.ts'
import { peers, refused, start } from '../started-crawl.ts'
import type { Outcome } from '../../../../core/contracts/outcome.ts'
import type { VisitTarget } from '../../../../crawler/dht/visit-target.ts'
import type { KnownPeer } from '../../../../crawler/engine/frontier/known-peer.ts'
import type { CompletedVisit } from '../../../../crawler/engine/population/visit-sink.ts'
import type { PeerRecord } from '../../../../crawler/peer/peer-record.ts'
import type { VisitResult } from '../../../../crawler/visit/visitor.ts'
import type { Start, Started, Visit } from '../started-crawl.ts'

/** Outcomes of the visits of a peer, by its name; the last one repeats. */
type Script = Record<string, (Outcome | VisitResult)[]>

interface Scripted extends Started { targets: VisitTarget[], atMs: number[] }

const CONFIRM = { confirmAfterMs: [20_000, 60_000] }

const nameOf = (id: Uint8Array, names: readonly string[]): string => names.find(name => Buffer.compare(peerIdOf(name), id) === 0) ?? ''

const contactedBefore = (name: string, more: Partial<KnownPeer> = {}): KnownPeer =>
  ({ id: peerIdOf(name), addresses: [addressOf(name.length)], outcome: 'ok', failures: 0, contactedAtMs: 1, ...more })

function resultOf (one: Outcome | VisitResult, { addresses: [address = addressOf(0)] }: VisitTarget): VisitResult {
  const outcome = typeof one === 'string' ? one : one.outcome
  const found = typeof one === 'string' ? { ...refused, outcome } : one

  return outcome === 'ok' || outcome === 'identified'
    ? { ...found, connection: { address, transport: 'tcp', limited: false }, attempts: [{ address, outcome, durationMs: 1 }] }
    : { ...found, attempts: [{ address, outcome, durationMs: 1 }] }
}

interface Settings extends Partial<Start> { known?: KnownPeer[] }

/** A crawl of scripted peers that starts from the known ones. */
function crawl (script: Script, { known = Object.keys(script).map(name => contactedBefore(name)), ...more }: Settings = {}): Scripted {
  const names = Object.keys(script)
  const targets: VisitTarget[] = []
  const atMs: number[] = []
  const clock = more.clock ?? new FakeClock()
  const visit: Visit = async (target) => {
    const outcomes = script[nameOf(target.id, names)] ?? []
    targets.push(target)
    atMs.push(clock.monotonic())
    await Promise.resolve()

    return resultOf((outcomes.length > 1 ? outcomes.shift() : outcomes[0]) ?? 'refused', target)
  }
  const started = start({ bootstrap: [], clock, ...more, options: { ...CONFIRM, ...more.options }, seeds: { known }, visit })

  return { ...started, targets, atMs }
}

const told = (visits: CompletedVisit[]): string[] => visits.map(({ attempt, source, result }) => `${String(attempt)} ${source} ${result.outcome}`)

const table = (...records: PeerRecord[]): VisitResult => ({ ...refused, outcome: 'ok', routingTable: { queries: 2, failed: 0, peers: records } })

suite('a crawl that confirms failures', () => {
  test('visits a peer again that the crawl before contacted, 20 and 60 seconds after its failure', async () => {
    const { clock, visits, report, atMs } = crawl({ gone: ['timeout'] })
    const { totals, confirmations, confirmationsLeftOut, end } = await clock.runUntil(report)

    assert.deepEqual(told(visits), ['1 known timeout', '3 confirmation timeout', '4 confirmation timeout'])
    assert.deepEqual(atMs, [0, 20_000, 60_000])
    assert.deepEqual([end, totals.visited, totals.contacted, totals.outcomes], ['complete', 1, 0, { timeout: 1 }])
    assert.deepEqual([confirmations, confirmationsLeftOut], [2, 0])
  })

  for (const [why, outcomes, expected] of [
    ['the first', ['timeout', 'ok'], ['1 known timeout', '3 confirmation ok']],
    ['the second', ['refused', 'timeout', 'identified'], ['1 known refused', '3 confirmation timeout', '4 confirmation identified']]
  ] as const) {
    test(`counts a peer as contacted when ${why} confirmation contacts it, once, and visits it no more`, async () => {
      const { clock, visits, report } = crawl({ flaky: [...outcomes] })
      const { totals, population } = await clock.runUntil(report)

      assert.deepEqual(told(visits), expected)
      assert.deepEqual([totals.discovered, totals.visited, totals.contacted], [1, 1, 1])
      assert.deepEqual(population.map(({ failures, outcome }) => [failures, outcome]), [[0, outcomes.at(-1)]])
    })
  }

  test('does not check the failure of peers that the crawl before did not contact, that were never dialled with success, or that no visit dials', async () => {
    const { clock, visits, report } = crawl({ failed: ['timeout'], passive: ['timeout'], filtered: ['filtered'], unsupported: ['unsupported-transport'] }, { known: [
      contactedBefore('failed', { outcome: 'timeout', failures: 1, contactedAtMs: Date.UTC(2026, 0, 1) }),
      { id: peerIdOf('passive'), addresses: [addressOf(1)], outcome: 'identified', failures: 0 },
      contactedBefore('filtered'),
      contactedBefore('unsupported')
    ] })

    assert.equal((await clock.runUntil(report)).confirmations, 0)
    assert.equal(visits.length, 4)
    assert.equal(clock.monotonic(), 0)
  })

  test('checks the failure of a bootstrap peer that the crawl before contacted, and counts it among the bootstrap peers', async () => {
    const { clock, visits, report } = crawl({ boot: ['timeout', 'ok'] }, { bootstrap: [{ id: peerIdOf('boot'), addresses: [addressOf(4)] }] })
    const { bootstrapPeers } = await clock.runUntil(report)

    assert.deepEqual(told(visits), ['1 bootstrap timeout', '3 confirmation ok'])
    assert.equal(bootstrapPeers, 1)
  })

  test('makes none when it is told so', async () => {
    const { clock, visits, report } = crawl({ gone: ['timeout'] }, { options: { confirmAfterMs: [] } })
    await clock.runUntil(report)

    assert.deepEqual([told(visits), clock.monotonic()], [['1 known timeout'], 0])
  })

  test('tells the visitor which addresses were tried', async () => {
    const { clock, targets, report } = crawl({ gone: ['timeout'] })
    await clock.runUntil(report)
    const tried = addressOf('gone'.length)

    assert.deepEqual(targets.map(target => target.tried), [undefined, [tried], [tried, tried]])
  })

  test('visits a failed peer at a new address at once, and confirms when that fails too', async () => {
    const moved = { id: peerIdOf('moved'), addresses: [addressOf(77)] }
    const { clock, visits, report, atMs } = crawl({ moved: ['timeout'], teller: [table(moved)] }, { known: [contactedBefore('moved'), contactedBefore('teller')], options: { concurrency: 1 } })
    await clock.runUntil(report)

    assert.deepEqual(told(visits), ['1 known timeout', '1 known ok', '2 known timeout', '3 confirmation timeout', '4 confirmation timeout'])
    assert.deepEqual(atMs, [0, 0, 0, 20_000, 60_000])
  })

  test('visits a peer that gets a new address after both confirmations once more, and that is all', async () => {
    const moved = { id: peerIdOf('moved'), addresses: [addressOf(77)] }
    const clock = new FakeClock()
    const started = start({ clock, bootstrap: [{ id: peerIdOf('teller'), addresses: [addressOf(6)] }], options: { confirmAfterMs: [4_000, 8_000] }, seeds: { known: [contactedBefore('moved')] }, visit: async (target, signal) => {
      if (Buffer.compare(target.id, moved.id) === 0) {
        return resultOf('timeout', target)
      }
      await sleep(clock, 12_000, signal)

      return resultOf(table(moved), target)
    } })
    await clock.runUntil(started.report)

    assert.deepEqual(told(started.visits).filter(one => !one.includes('bootstrap')), ['1 known timeout', '3 confirmation timeout', '4 confirmation timeout', '2 known timeout'])
  })

  test('shows what waits, and leaves it out when it is stopped: a stop does not wait', async () => {
    const { clock, run, stop, report, visits } = crawl({ gone: ['timeout'], flaky: ['timeout', 'ok'] })
    await clock.advance(10_000)
    assert.deepEqual([run.status().unconfirmed, run.status().confirmations], [2, 0])
    stop.abort()
    const { end, confirmations, confirmationsLeftOut } = await report

    assert.deepEqual([end, confirmations, confirmationsLeftOut, visits.length, clock.monotonic()], ['aborted', 0, 2, 2, 10_000])
  })

  test('leaves out what waits at its time limit', async () => {
    const { clock, report } = crawl({ gone: ['timeout'] }, { options: { maxDurationMs: 30_000 } })
    const { end, confirmations, confirmationsLeftOut } = await clock.runUntil(report)

    assert.deepEqual([end, confirmations, confirmationsLeftOut, clock.monotonic()], ['max-duration', 1, 1, 30_000])
  })

  test('repeats a confirmation that a standstill made incomplete', async () => {
    const clock = new FakeClock()
    const standstill = new StandstillWatch({ clock, sinceBootMs: () => clock.monotonic() })
    standstill.watch()
    const outcomes: Outcome[] = ['timeout', 'timeout', 'ok']
    const started = start({ clock, bootstrap: [], options: CONFIRM, seeds: { known: [contactedBefore('peer')] }, deps: { standstill }, visit: async (target, signal) => {
      await sleep(clock, BEAT_MS / 2, signal)

      return resultOf(outcomes.shift() ?? 'refused', target)
    } })
    await clock.advance(21_000)
    clock.standStill(30_000)
    const { confirmations, repeatedVisits, totals } = await clock.runUntil(started.report)

    assert.deepEqual(told(started.visits), ['1 known timeout', '3 confirmation ok'])
    assert.deepEqual([confirmations, repeatedVisits, totals.contacted], [1, 1, 1])
  })
})

suite('the share of confirmations', () => {
  const names = (count: number): string[] => Array.from({ length: count }, (_, i) => String(i))
  const visitOf = (alive: number) => async (target: VisitTarget): Promise<VisitResult> => {
    await Promise.resolve()

    return resultOf(names(alive).some(name => Buffer.compare(peerIdOf(name), target.id) === 0) ? 'ok' : 'timeout', target)
  }

  test(`is at most ${String(CONFIRMATION_SHARE * 100)} % of a crawl's visits, however many fail; the rest is counted as left out`, async () => {
    const { clock, visits, report } = start({ bootstrap: [], options: CONFIRM, seeds: { known: names(1_000).map(name => contactedBefore(name)) }, visit: async target => resultOf('timeout', target) })
    const { confirmations, confirmationsLeftOut, totals } = await clock.runUntil(report)

    assert.ok(confirmations > 40 && confirmations <= visits.length * CONFIRMATION_SHARE, `${String(confirmations)} of ${String(visits.length)}`)
    assert.ok(confirmationsLeftOut >= 1_000 - confirmations, String(confirmationsLeftOut))
    assert.equal(totals.visited, 1_000)
  })

  test(`allows ${String(MIN_CONFIRMATIONS)} in a small network`, async () => {
    const { clock, report } = start({ bootstrap: [], options: CONFIRM, seeds: { known: names(30).map(name => contactedBefore(name)) }, visit: visitOf(20) })

    assert.deepEqual(await clock.runUntil(report.then(({ confirmations, confirmationsLeftOut }) => [confirmations, confirmationsLeftOut])), [20, 0])
  })

  test('does not make a crawl wait that has no room for more', async () => {
    const { clock, report } = start({ bootstrap: peers(1), options: CONFIRM, seeds: { known: names(100).map(name => contactedBefore(name)) }, visit: async target => resultOf('timeout', target) })
    const { confirmations, confirmationsLeftOut } = await clock.runUntil(report)

    assert.deepEqual([confirmations, confirmationsLeftOut, clock.monotonic()], [MIN_CONFIRMATIONS, 100, 20_000])
  })
})
