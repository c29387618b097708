import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { pino } from 'pino'
import { ConsumerCounters } from '../../consumer/consumer-counters.ts'
import { ConsumerStatus } from '../../core/contracts/consumer-status.ts'
import { isAbort } from '../../core/time/signals.ts'
import { FakeClock } from '../support/fake-clock.ts'
import type { DumpEntry } from '../../consumer/dumps/dump-manifest.ts'

const report = { rows: { node_info: 1, address_info: 5, node_network: 1, visit: 2, crawl: 0 }, coalesced: 0, cuts: 0 }

suite('ConsumerCounters', () => {
  test('says nothing is known before anything happened', () => {
    const status = new ConsumerCounters({ clock: new FakeClock() }).status({ topic: 't', group: 'g', lag: undefined, outage: undefined, groupProblem: undefined, deadLetterProblem: undefined })

    assert.deepEqual(ConsumerStatus.parse(status), { topic: 't', group: 'g', lag: null, consumed: 0, committed: 0, lastCommitAt: null, rows: {}, deadLetters: {}, skipped: 0, deadLetterProblem: null, outage: null, groupProblem: null, disk: null, edges: null, dump: null, dumps: {} })
  })

  test('sums up its calls', async () => {
    const clock = new FakeClock()
    const tally = new ConsumerCounters({ clock })
    tally.consumed(5)
    tally.wrote(report)
    tally.wrote(report)
    tally.deadLettered('PP_MESSAGE_INVALID')
    tally.skipped()
    await clock.advance(1_000)
    tally.committed(5)
    tally.retried()
    tally.dumped('nodes', { outcome: 'written', durationMs: 1, entry: { file: 'a', takenAt: '2026-01-01T00:00:00.000Z', count: 3, bytes: 9 } as DumpEntry })
    tally.dumped('visits', { outcome: 'written', durationMs: 1, entry: { file: 'b', takenAt: '2026-01-01T00:00:01.000Z', count: 4, bytes: 8 } as DumpEntry })
    tally.dumped('nodes', { outcome: 'unchanged', durationMs: 1 })
    const at = new Date(clock.now()).toISOString()

    assert.deepEqual(ConsumerStatus.parse(tally.status({
      topic: 't',
      group: 'g',
      lag: { partitions: new Map([[0, 3], [2, 0]]), total: 3, atMs: clock.now() },
      outage: { code: 'PP_STORE_UNAVAILABLE', message: 'away', sinceMs: clock.now() },
      groupProblem: { code: 'PP_GROUP_IDLE', message: 'none of 3', sinceMs: clock.now() },
      deadLetterProblem: { code: 'PP_DEAD_LETTER_RATE', message: '3 of 9', sinceMs: clock.now() }
    })), {
      topic: 't',
      group: 'g',
      lag: { total: 3, partitions: { 0: 3, 2: 0 }, at },
      consumed: 5,
      committed: 5,
      lastCommitAt: at,
      rows: { node_info: 2, address_info: 10, node_network: 2, visit: 4, crawl: 0 },
      deadLetters: { PP_MESSAGE_INVALID: 1 },
      skipped: 1,
      deadLetterProblem: { code: 'PP_DEAD_LETTER_RATE', message: '3 of 9', since: at },
      outage: { code: 'PP_STORE_UNAVAILABLE', message: 'away', since: at },
      groupProblem: { code: 'PP_GROUP_IDLE', message: 'none of 3', since: at },
      disk: null,
      edges: null,
      dump: { file: 'b', takenAt: '2026-01-01T00:00:01.000Z', count: 4, bytes: 8 },
      dumps: { nodes: { file: 'a', takenAt: '2026-01-01T00:00:00.000Z', count: 3, bytes: 9 }, visits: { file: 'b', takenAt: '2026-01-01T00:00:01.000Z', count: 4, bytes: 8 } }
    })
  })

  test('logs one line a minute with the rates of that minute', async () => {
    const clock = new FakeClock()
    const tally = new ConsumerCounters({ clock })
    const lines: Record<string, unknown>[] = []
    const controller = new AbortController()
    const log = pino({ base: null, timestamp: false }, { write: line => lines.push(JSON.parse(line) as Record<string, unknown>) })
    const reporting = assert.rejects(tally.report(log, () => undefined, controller.signal), isAbort)
    tally.committed(600)
    tally.wrote({ ...report, rows: { ...report.rows, visit: 1_200 } })
    await clock.advance(120_000)
    controller.abort()
    await reporting

    assert.deepEqual(lines.map(({ msg, messagesPerSecond, rowsPerSecond, committed }) => [msg, messagesPerSecond, rowsPerSecond, committed]), [['consuming', 10, 20, 600], ['consuming', 0, 0, 600]])
  })
})
