import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { ConsumerConfig } from '../../../../core/contracts/process-config.ts'
import { PeerProbeSpec } from '../../../../operator/api/v1alpha1.ts'
import { consumerConfigFor } from '../../../../operator/model/pod/consumer-config.ts'
import type { ConsumerPlaces } from '../../../../operator/model/pod/consumer-config.ts'

const scans = [{ name: 'main', network: { preset: 'ipfs' } }]
const places: ConsumerPlaces = {
  bus: { embedded: { path: 'bus.sqlite' } },
  store: { sqlite: { path: 'peerprobe.sqlite' } },
  topic: 'ipfs-nodes',
  group: 'ipfs-node-consumer',
  admin: { port: 0 },
  dumpFolder: 'dumps'
}

suite('consumerConfigFor', () => {
  test('contains the decision to skip and omits the default, so that pods restart only after such a decision', () => {
    assert.equal('deadLetters' in consumerConfigFor(PeerProbeSpec.parse({ scans }), places), false)
    const config = ConsumerConfig.parse(consumerConfigFor(PeerProbeSpec.parse({ scans, consumer: { deadLetters: { whenRefused: 'skip' } } }), places))

    assert.equal(config.deadLetters.whenRefused, 'skip')
  })

  test('converts the durations of the spec to the units of the process', () => {
    const config = consumerConfigFor(PeerProbeSpec.parse({ scans }), places)

    assert.deepEqual(config, {
      admin: { port: 0 },
      bus: places.bus,
      topic: 'ipfs-nodes',
      deadLetterTopic: 'ipfs-nodes-dead-letters',
      group: 'ipfs-node-consumer',
      store: places.store,
      batch: { maxMessages: 500, maxWaitMs: 100 },
      retry: { attempts: 3, backoffMs: 500 },
      coalesceWindowMs: 600_000
    })
  })

  test('gives the same defaults as the process has', () => {
    const { batch, retry, coalesceWindowMs } = ConsumerConfig.parse(consumerConfigFor(PeerProbeSpec.parse({ scans }), places))
    const own = ConsumerConfig.parse({ bus: places.bus, store: places.store, topic: 't', deadLetterTopic: 'd', group: 'g' })

    assert.deepEqual({ batch, retry, coalesceWindowMs }, { batch: own.batch, retry: own.retry, coalesceWindowMs: own.coalesceWindowMs })
  })

  test('dumps and removes old rows if asked to', () => {
    const spec = PeerProbeSpec.parse({ scans, consumer: { dump: { enabled: true, interval: '1m', full: true, keep: '48h' } }, retention: { after: '24h' } })
    const { dump, retention } = ConsumerConfig.parse(consumerConfigFor(spec, { ...places, retentionIntervalMs: 60_000 }))

    assert.deepEqual(dump, { folder: 'dumps', contents: ['nodes'], format: 'NDJSON', intervalMs: 60_000, full: true, keepMs: 172_800_000 })
    assert.deepEqual(retention, { afterMs: 86_400_000, intervalMs: 60_000 })
  })

  test('takes the longest durations that the resource allows', () => {
    const spec = PeerProbeSpec.parse({
      scans,
      consumer: { batch: { maxWait: '30s' }, retry: { backoff: '1m' }, coalesceWindow: '480h', dump: { enabled: true, interval: '480h', keep: '87600h' } },
      retention: { after: '87600h' }
    })

    assert.doesNotThrow(() => ConsumerConfig.parse(consumerConfigFor(spec, { ...places, retentionIntervalMs: 1 })))
  })

  test('passes what is dumped, and omits the default, so that no pod restarts at an upgrade of the operator', () => {
    const dumpOf = (dump: object): ReturnType<typeof consumerConfigFor>['dump'] => consumerConfigFor(PeerProbeSpec.parse({ scans, consumer: { dump: { enabled: true, ...dump } } }), places).dump
    const contents = ['sessions', 'visits', 'crawls', 'nodes']

    assert.deepEqual(dumpOf({ contents })?.contents, contents)
    assert.equal('contents' in (dumpOf({}) ?? {}), false)
    assert.equal('contents' in (dumpOf({ contents: ['nodes'] }) ?? {}), false)
  })

  test('passes every format of dump files that the resource allows to the process', () => {
    for (const format of ['NDJSON', 'CSV', 'Parquet']) {
      const spec = PeerProbeSpec.parse({ scans, consumer: { dump: { enabled: true, format } } })

      assert.equal(ConsumerConfig.parse(consumerConfigFor(spec, places)).dump?.format, format)
    }
  })
})
