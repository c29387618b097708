import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { ConsumerSpec } from '../../../operator/api/consumer-spec.ts'
import { wrongFields } from './problems.ts'

suite('ConsumerSpec', () => {
  test('has a default for everything', () => {
    assert.deepEqual(ConsumerSpec.parse(undefined), {
      replicas: 1,
      batch: { maxMessages: 500, maxWait: '100ms' },
      retry: { attempts: 3, backoff: '500ms' },
      deadLetters: { whenRefused: 'wait' },
      coalesceWindow: '10m',
      dump: { enabled: false, contents: ['nodes'], format: 'NDJSON', interval: '120s', full: false, keep: '168h' },
      pod: {}
    })
  })

  test('limits durations to what the consumer\'s configuration accepts', () => {
    const consumer = { batch: { maxWait: '1h' }, retry: { backoff: '2m' }, coalesceWindow: '600h', dump: { interval: '0s', keep: '0s' } }

    assert.deepEqual(wrongFields(ConsumerSpec, consumer), ['batch.maxWait', 'retry.backoff', 'coalesceWindow', 'dump.interval', 'dump.keep'])
    assert.deepEqual(wrongFields(ConsumerSpec, { coalesceWindow: '0s', batch: { maxWait: '0ms' } }), [])
  })

  test('dumps each content once, at least one, and none that there is not', () => {
    for (const [contents, wrong] of [[['visits', 'sessions'], []], [[], ['dump.contents']], [['nodes', 'nodes'], ['dump.contents']], [['nodes', 'edges'], ['dump.contents[1]']], ['all', ['dump.contents']]] as const) {
      assert.deepEqual(wrongFields(ConsumerSpec, { dump: { contents } }), wrong)
    }
  })
})
