import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { ProbeError } from '../../../../core/errors.ts'
import { conditionsOf, failed, good, waiting } from '../../../../operator/reconcile/conditions/conditions.ts'
import { readyEvent } from '../../../../operator/reconcile/status/ready-event.ts'
import { summarise } from '../../../../operator/reconcile/status/status.ts'
import type { Condition, Findings } from '../../../../operator/reconcile/conditions/conditions.ts'

const all = (findings: Findings): Condition[] => conditionsOf(summarise(findings), [], { generation: 1, now: '2026-01-01T00:00:00Z' })
const done = { KafkaReady: good('Ready', 'k'), DatabaseReady: good('Prepared', 'd') }
const running = { ...done, ConsumersReady: good('Running', 'c'), CrawlersReady: good('Running', 'c') }

// The events of a sequence of states.
const events = (...states: Condition[][]): string[] => states.flatMap((after, i) => {
  const event = readyEvent(states[i - 1] ?? [], after)
  return event === undefined ? [] : [`${event.type} ${event.reason}: ${event.note}`]
})

suite('events of Ready', () => {
  test('are normal during the start: one for each awaited part, and none for a changed count', () => {
    assert.deepEqual(events(
      all({ KafkaReady: waiting('TopicNotReady', 'waiting for KafkaTopic kafka/x') }),
      all({ KafkaReady: good('Ready', 'k'), DatabaseReady: waiting('Progressing', 'prepare job p runs') }),
      all({ ...done, ConsumersReady: waiting('Progressing', 'consumer: 0 of 3 ready'), CrawlersReady: waiting('WaitingForConsumers', 'w') }),
      all({ ...done, ConsumersReady: waiting('Progressing', 'consumer: 1 of 3 ready'), CrawlersReady: waiting('WaitingForConsumers', 'w') }),
      all({ ...running, CrawlersReady: waiting('Progressing', 'crawler: 0 of 1 ready') }),
      all(running),
      all(running)
    ), [
      'Normal TopicNotReady: waiting for KafkaTopic kafka/x',
      'Normal Progressing: prepare job p runs',
      'Normal Progressing: consumer: 0 of 3 ready',
      'Normal Progressing: crawler: 0 of 1 ready',
      'Normal Running: everything runs'
    ])
  })

  test('are warnings for failures that a person must fix: one for each change of the cause, and none for a number in it', () => {
    const database = (message: string): Condition[] => all({ KafkaReady: good('Ready', 'k'), DatabaseReady: failed(new ProbeError('PP_STORE_AUTH', message)) })

    assert.deepEqual(events(
      all({ KafkaReady: failed(new ProbeError('PP_KAFKA_MISSING', 'Kafka a/b does not exist')) }),
      all({ KafkaReady: failed(new ProbeError('PP_NAMESPACE_NOT_ALLOWED', 'no')) }),
      database('no password'),
      database('no grant, try 1'),
      database('no grant, try 2'),
      all({ ...done, ConsumersReady: { status: 'False', reason: 'ImagePullBackOff', message: 'no image' } }),
      all(running)
    ), [
      'Warning KafkaMissing: Kafka a/b does not exist',
      'Warning NamespaceNotAllowed: no',
      'Warning StoreAuth: no password',
      'Warning StoreAuth: no grant, try 1',
      'Warning ImagePullBackOff: no image',
      'Normal Running: everything runs'
    ])
  })

  test('are normal for what a person asked for, and a warning for a refusal', () => {
    assert.deepEqual(events(all(running), all({ ...running, Suspended: good('Suspended', 'stopped') }), all({ ...running, Paused: good('Paused', 'paused') })), ['Normal Running: everything runs', 'Normal Suspended: stopped', 'Normal Paused: paused'])
    const refused = conditionsOf({ Ready: failed(new ProbeError('PP_NOT_SUPPORTED', 'spec.backup')) }, [], { generation: 1, now: '' })
    assert.deepEqual(events(refused, refused), ['Warning NotSupported: spec.backup'])
    assert.equal(readyEvent([], []), undefined)
  })
})
