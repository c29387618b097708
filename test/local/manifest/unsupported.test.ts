import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { formatPath } from '../../../core/process/config.ts'
import { replacedByEmbedded, unsupported } from '../../../local/manifest/unsupported.ts'

const fieldsOf = (spec: unknown, embedded = false): string[] => unsupported({ spec }, { embedded }).map(({ path }) => formatPath(path))

suite('unsupported', () => {
  test('reports each field that one machine does not support', () => {
    const table: [object, string][] = [
      [{ scans: [{ passive: { expose: { type: 'NodePort' } } }] }, 'spec.scans[0].passive.expose.type'],
      [{ scans: [{ storage: { claim: 'x' } }] }, 'spec.scans[0].storage'],
      [{ scans: [{ pod: {} }] }, 'spec.scans[0].pod'],
      [{ consumer: { replicas: 0 } }, 'spec.consumer.replicas'],
      [{ consumer: { replicas: 5 } }, 'spec.consumer.replicas'],
      [{ consumer: { dump: { volume: { claim: 'x' } } } }, 'spec.consumer.dump.volume'],
      [{ consumer: { pod: {} } }, 'spec.consumer.pod'],
      [{ retention: { schedule: '30 3 * * *' } }, 'spec.retention.schedule'],
      [{ backup: { enabled: true, volume: { claim: 'x' } } }, 'spec.backup.volume'],
      [{ backup: { enabled: true, schedule: '0 2 31 2 *' } }, 'spec.backup.schedule'],
      [{ backup: { schedule: '0 22-4 * * *' } }, 'spec.backup.schedule'],
      [{ suspend: true }, 'spec.suspend'],
      [{ places: { volume: { claim: 'geo' } } }, 'spec.places'],
      [{ kafka: { strimzi: { cluster: 'events' } } }, 'spec.kafka.strimzi'],
      [{ kafka: { brokers: ['a:1'], topic: { deletionPolicy: 'Delete' } } }, 'spec.kafka.topic.deletionPolicy']
    ]

    for (const [spec, field] of table) {
      assert.deepEqual(fieldsOf(spec), [field])
    }
  })

  test('accepts the place files of a cluster where a folder of this machine replaces them', () => {
    assert.deepEqual(unsupported({ spec: { places: { volume: { claim: 'geo' } } } }, { embedded: false, hasPlaces: true }), [])
  })

  test('accepts values that change nothing', () => {
    assert.deepEqual(fieldsOf({
      scans: [{ passive: { enabled: true, mdns: true, expose: { type: 'None' } } }],
      consumer: { replicas: 4, dump: { format: 'NDJSON' } },
      retention: { after: '24h' },
      kafka: { brokers: ['a:1'], topic: { deletionPolicy: 'Retain' } },
      mysql: { host: 'db' },
      backup: { enabled: true, schedule: '0 2 29 2 *', keep: '48h' },
      suspend: false
    }), [])
    for (const format of ['CSV', 'Parquet']) {
      assert.deepEqual(fieldsOf({ consumer: { dump: { format } } }), [])
    }
    assert.deepEqual(fieldsOf('nonsense'), [])
  })

  test('lets the embedded parts replace Kafka and MySQL, field by field as they were written', () => {
    const spec = { kafka: { brokers: ['a:1'], consumerGroup: 'g', topic: { name: 't', deletionPolicy: 'Delete' } }, mysql: { host: 'db' } }

    assert.deepEqual(fieldsOf(spec, true), [])
    assert.deepEqual(replacedByEmbedded({ spec }).map(formatPath), ['spec.kafka.brokers', 'spec.kafka.topic.deletionPolicy', 'spec.mysql'])
    assert.deepEqual(replacedByEmbedded({}), [])
  })
})
