import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { CONSUMER_METRICS, MAX_PARTITIONS, TABLES } from '../../../consumer/metrics/consumer-metric-definitions.ts'
import { ConsumerMetrics } from '../../../consumer/metrics/consumer-metrics.ts'
import { DICTIONARIES as MYSQL_DICTIONARIES } from '../../../consumer/store/mysql/write/dictionary.ts'
import { DICTIONARIES as SQLITE_DICTIONARIES } from '../../../consumer/store/sqlite/dictionary.ts'
import { DUMP_CONTENTS } from '../../../core/contracts/dump-content.ts'
import { addDiskGauges, diskMetrics } from '../../../core/disk/disk-metrics.ts'
import { ERRORS } from '../../../core/errors.ts'
import { mostSeries } from '../../../core/metrics/metric-definition.ts'
import { Registry } from '../../../core/process/metrics.ts'
import { seriesOf, valueOf } from '../../support/metric-series.ts'
import type { DumpEntry } from '../../../consumer/dumps/dump-manifest.ts'
import type { Lag } from '../../../consumer/pipeline/lag-meter.ts'
import type { DumpContent } from '../../../core/contracts/dump-content.ts'
import type { DiskSpace, DiskUse } from '../../../core/disk/disk-watch.ts'
import type { ErrorCode } from '../../../core/errors.ts'
import type { MetricDefinition } from '../../../core/metrics/metric-definition.ts'

const report = { rows: { node_info: 1, address_info: 5, node_network: 1, visit: 2, crawl: 0 }, coalesced: 3, cuts: 1 }
const none = {
  lag: () => undefined,
  groupProblem: () => undefined,
  partitions: () => undefined,
  deadLetterShare: () => 0,
  isOut: () => false,
  dumping: () => undefined
}

const ENTRY: DumpEntry = {
  file: 'nodes-1.ndjson.zst',
  content: 'nodes',
  format: 'NDJSON',
  compression: 'zstd',
  schemaVersion: 1,
  takenAt: '2026-11-30T00:00:00.000Z',
  full: true,
  changedSince: null,
  count: 3,
  minTime: null,
  maxTime: null,
  generation: null,
  bytes: 99,
  sha256: ''
}

suite('ConsumerMetrics', () => {
  test('tell what is wrong with the place in the group, by its code', async () => {
    const registry = new Registry()
    let problem: 'PP_GROUP_IDLE' | undefined = 'PP_GROUP_IDLE'
    new ConsumerMetrics(registry, { ...none, groupProblem: () => problem })
    assert.match(await registry.metrics(), /group_problem\{code="PP_GROUP_CONFLICT"\} 0\n.*group_problem\{code="PP_GROUP_IDLE"\} 1/)
    problem = undefined

    assert.match(await registry.metrics(), /group_problem\{code="PP_GROUP_IDLE"\} 0/)
  })

  test('exist from the start, under one prefix, with labels of closed sets', async () => {
    const registry = new Registry()
    new ConsumerMetrics(registry, none)
    const text = await registry.metrics()

    for (const { name } of await registry.getMetricsAsJSON()) {
      assert.match(name, /^peerprobe_consumer_/)
    }
    assert.match(text, /peerprobe_consumer_dead_letters_total\{code="PP_MESSAGE_FUTURE"\} 0/)
    assert.match(text, /peerprobe_consumer_retries_total\{cause="conflict"\} 0/)
    assert.match(text, /peerprobe_consumer_rows_written_total\{table="visit"\} 0/)
  })

  test('count what the pipeline tells', async () => {
    const registry = new Registry()
    const metrics = new ConsumerMetrics(registry, none)
    metrics.consumed(7)
    metrics.wrote(report, { messages: 6, durationMs: 20 })
    metrics.deadLettered('PP_MESSAGE_INVALID')
    metrics.skipped('PP_MESSAGE_INVALID')
    metrics.committed(7, 1_500)
    metrics.committed(0, undefined)
    metrics.retried('conflict')
    metrics.removed('node_info', 4)
    metrics.dumped('visits', { outcome: 'failed', durationMs: 5 })
    const text = await registry.metrics()

    for (const line of [
      'peerprobe_consumer_messages_total 7',
      'peerprobe_consumer_rows_written_total{table="address_info"} 5',
      'peerprobe_consumer_rows_coalesced_total 3',
      'peerprobe_consumer_texts_cut_total 1',
      'peerprobe_consumer_transaction_duration_seconds_sum 0.02',
      'peerprobe_consumer_batch_messages_sum 6',
      'peerprobe_consumer_dead_letters_total{code="PP_MESSAGE_INVALID"} 1',
      'peerprobe_consumer_committed_messages_total 7',
      'peerprobe_consumer_delay_seconds_sum 1.5',
      'peerprobe_consumer_delay_seconds_count 1',
      'peerprobe_consumer_retries_total{cause="conflict"} 1',
      'peerprobe_consumer_rows_removed_total{table="node_info"} 4',
      'peerprobe_consumer_dumps_total{content="visits",outcome="failed"} 1',
      'peerprobe_consumer_dumps_total{content="nodes",outcome="failed"} 0'
    ]) {
      assert.ok(text.includes(`${line}\n`), line)
    }
  })

  test('tell the lag of the partitions that this consumer has now', async () => {
    const registry = new Registry()
    let lag: Lag | undefined = { partitions: new Map([[0, 5], [1, 2]]), total: 7, atMs: 0 }
    new ConsumerMetrics(registry, { ...none, lag: () => lag })
    assert.match(await registry.metrics(), /lag_messages\{partition="0"\} 5\n.*lag_messages\{partition="1"\} 2/)
    lag = { partitions: new Map([[1, 0]]), total: 0, atMs: 0 }

    assert.match(await registry.metrics(), /gauge\npeerprobe_consumer_lag_messages\{partition="1"\} 0\n/)
  })

  test('say when a dump was last completed, also where nothing had changed, and not where one failed or was skipped', async () => {
    const completed = async (outcome: 'unchanged' | 'failed' | 'skipped'): Promise<number | undefined> => {
      const registry = new Registry()
      new ConsumerMetrics(registry, none).dumped('crawls', { outcome, durationMs: 5 })

      return await valueOf(registry, 'peerprobe_consumer_dump_completed_timestamp_seconds{content="crawls"}')
    }

    assert.ok(Number(await completed('unchanged')) > 1_700_000_000)
    assert.deepEqual([await completed('failed'), await completed('skipped')], [undefined, undefined])
  })

  test('say how many partitions the topic has once that is known', async () => {
    const registry = new Registry()
    const looks = [undefined, 12]
    new ConsumerMetrics(registry, { ...none, partitions: () => looks.shift() })
    assert.doesNotMatch(await registry.metrics(), /^peerprobe_consumer_topic_partitions /m)

    assert.match(await registry.metrics(), /^peerprobe_consumer_topic_partitions 12$/m)
  })

  test('have the code of every dead letter from the start, so that the first one is an increase', async () => {
    const registry = new Registry()
    new ConsumerMetrics(registry, none)

    for (const code of ['PP_LEGACY_MESSAGE', 'PP_STORE_DATA', 'PP_MESSAGE_INVALID']) {
      assert.equal(await valueOf(registry, `peerprobe_consumer_skipped_messages_total{code="${code}"}`), 0)
    }
  })

  test('say nothing of commits and dumps before there was one', async () => {
    const registry = new Registry()
    const state: { dumping?: { contents: readonly DumpContent[], intervalMs: number } } = {}
    const metrics = new ConsumerMetrics(registry, { ...none, isOut: () => true, dumping: () => state.dumping })
    const ofVisits = ['timestamp_seconds', 'interval_seconds', 'records', 'bytes'].map(name => `dump_${name}{content="visits"}`)
    const series = ['last_commit_timestamp_seconds', ...ofVisits, 'dump_nodes', 'outage'].map(name => `peerprobe_consumer_${name}`)
    const values = async (): Promise<unknown[]> => await Promise.all(series.map(async name => await valueOf(registry, name)))
    assert.deepEqual(await values(), [undefined, undefined, undefined, undefined, undefined, undefined, 1])
    state.dumping = { contents: ['visits'], intervalMs: 120_000 }
    metrics.committed(1, 0)
    metrics.dumped('visits', { outcome: 'written', entry: ENTRY, durationMs: 5 })
    const [lastCommit, ...others] = await values()

    assert.ok(Number(lastCommit) > 1_700_000_000)
    assert.deepEqual(others, [Date.parse('2026-11-30') / 1_000, 120, 3, 99, undefined, 1])
  })

  test('have as many series as their definitions say, and no more, whatever fails and however many partitions there are', async () => {
    const registry = new Registry()
    const definitions: MetricDefinition[] = [...Object.values(CONSUMER_METRICS), ...Object.values(diskMetrics('consumer'))]
    const partitions = new Map(Array.from({ length: 1_024 }, (_, i) => [i, 2] as const))
    const dumping = { contents: DUMP_CONTENTS, intervalMs: 1 }
    const metrics = new ConsumerMetrics(registry, { ...none, dumping: () => dumping, partitions: () => 1_024, lag: () => ({ partitions, total: 0, atMs: 0 }) })
    const space: DiskSpace = { freeBytes: 1, totalBytes: 2, freeFiles: 3, totalFiles: 4 }
    addDiskGauges(registry, 'consumer', { spaces: new Map((['bus', 'store', 'dumps', 'state'] as DiskUse[]).map(use => [use, space])), low: () => undefined })
    metrics.committed(1, 1)
    DUMP_CONTENTS.forEach((content) => {
      metrics.dumped(content, { outcome: 'written', entry: ENTRY, durationMs: 5 })
    })

    for (const code of Object.keys(ERRORS) as ErrorCode[]) {
      metrics.deadLettered(code)
      metrics.skipped(code)
    }

    const dictionaries = [...Object.values(MYSQL_DICTIONARIES), ...Object.values(SQLITE_DICTIONARIES)]
    const emptied = new Set<string>([...TABLES, ...dictionaries.map(({ table }) => table)])
    assert.ok(emptied.size <= mostSeries(CONSUMER_METRICS.removed), [...emptied].join())
    const most = definitions.map(definition => [definition.name, mostSeries(definition)] as const)
    const series = await seriesOf(registry)
    assert.deepEqual([...series.keys()].toSorted(), most.map(([name]) => name).toSorted())
    assert.deepEqual(most.filter(([name, n]) => series.get(name) !== n && name !== 'peerprobe_consumer_rows_removed_total'), [])
    assert.equal(await valueOf(registry, 'peerprobe_consumer_lag_messages{partition="other"}'), 2 * (1_024 - MAX_PARTITIONS))
  })
})
