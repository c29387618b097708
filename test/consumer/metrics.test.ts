import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { ConsumerMetrics } from '../../consumer/metrics.ts'
import { Registry } from '../../core/process/metrics.ts'
import type { Lag } from '../../consumer/pipeline/lag-meter.ts'

const report = { rows: { node_info: 1, address_info: 5, node_network: 1, visit: 2, crawl: 0 }, coalesced: 3, cuts: 1 }
const none = { lag: () => undefined, groupProblem: () => undefined, deadLetterShare: () => 0 }

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
    metrics.committed(7)
    metrics.retried('conflict')
    metrics.removed('node_info', 4)
    metrics.dumped({ outcome: 'failed' }, 5)
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
      'peerprobe_consumer_retries_total{cause="conflict"} 1',
      'peerprobe_consumer_rows_removed_total{table="node_info"} 4',
      'peerprobe_consumer_dumps_total{outcome="failed"} 1'
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
})
