import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { refuseConflicts } from '../../../operator/reconcile/conflicts.ts'
import { readProbe } from '../../../operator/reconcile/read-probe.ts'
import { clusterProbe, probeObject } from '../../support/cluster/cluster-probe.ts'
import type { KubeObject } from '../../../operator/runtime/kube-object.ts'

const OLD = { name: 'older', uid: 'u-0', creationTimestamp: '2025-01-01T00:00:00Z' }
const older = (spec: object, metadata: object = {}): KubeObject => probeObject(spec, { ...OLD, ...metadata })
const kafka = (where: object, topic: string, more: object = {}): object => ({ kafka: { ...where, topic: { name: topic }, ...more } })
const at = (...brokers: string[]): object => ({ brokers })
const EVENTS = { strimzi: { cluster: 'events', namespace: 'kafka' } }

const conflict = (mine: object, others: readonly KubeObject[], known?: readonly string[]): string | undefined => {
  try {
    refuseConflicts(clusterProbe(mine), others, known)
    return undefined
  } catch (err) {
    assert.equal((err as { code: string }).code, 'PP_OWNERSHIP_CONFLICT')
    return (err as Error).message
  }
}

suite('refuseConflicts', () => {
  test('lets the older one win: for a topic, and for a database with another retention', () => {
    assert.match(conflict({}, [older({})]) ?? '', /^PeerProbe lab\/amino: PeerProbe lab\/older is older and uses the same topic already/)
    assert.match(conflict({}, [older({ ...kafka(at('other:1'), 'x'), retention: { after: '24h' } })]) ?? '', /keeps the same database for 24h/)
    assert.equal(conflict({}, [older({}, { creationTimestamp: '2027-01-01T00:00:00Z' }), older(kafka(at('other:1'), 'ipfs-nodes')), probeObject()]), undefined)
  })

  test('takes two of one second in the same order, whoever asks', () => {
    const twin = probeObject({}, { name: 'twin', uid: 'u-0' })

    assert.notEqual(conflict({}, [twin]), undefined)
    refuseConflicts(readProbe(twin), [probeObject()])
  })

  test('refuses one consumer group for two topics of one Kafka, and names both', () => {
    const message = conflict(kafka(at('k:9092'), 'mine'), [older(kafka(at('k:9092'), 'theirs'))])

    assert.match(message ?? '', /^PeerProbe lab\/amino: PeerProbe lab\/older is older and reads topic theirs with consumer group ipfs-node-consumer, and this one reads topic mine .* give this one another spec\.kafka\.consumerGroup$/)
    assert.equal(conflict(kafka(at('k:9092'), 'mine', { consumerGroup: 'own' }), [older(kafka(at('k:9092'), 'theirs'))]), undefined)
    assert.equal(conflict(kafka(at('k:9092'), 'mine'), [older(kafka(at('other:9092'), 'theirs'))]), undefined)
  })

  test('knows the topic and the group of the dead letters as well', () => {
    assert.match(conflict(kafka(at('k:1'), 'x', { consumerGroup: 'g-dead-letters' }), [older(kafka(at('k:1'), 'y', { consumerGroup: 'g' }))]) ?? '', /consumer group g, /)
    assert.match(conflict(kafka(at('k:1'), 'x', { consumerGroup: 'g' }), [older(kafka(at('k:1'), 'x-dead-letters', { consumerGroup: 'h' }))]) ?? '', /dead letters of the other/)
  })

  test('knows that the topics of two Kafkas of one namespace are objects of the same names', () => {
    const other = { strimzi: { cluster: 'second', namespace: 'kafka' } }
    const told = conflict(kafka(EVENTS, 'x', { consumerGroup: 'own' }), [older(kafka(other, 'x'))]) ?? ''

    assert.match(told, /lab\/older is older and has the KafkaTopics of x in namespace kafka, .* give this one another spec\.kafka\.topic\.name$/)
    assert.match(conflict(kafka(EVENTS, 'x-dead-letters'), [older(kafka(other, 'x'))]) ?? '', /KafkaTopics of x /)
    assert.equal(conflict(kafka(EVENTS, 'y'), [older(kafka(other, 'x'))]), undefined, 'groups of two Kafkas have nothing to do with each other')
    assert.equal(conflict(kafka(EVENTS, 'x'), [older(kafka({ strimzi: { cluster: 'second', namespace: 'elsewhere' } }, 'x'))]), undefined)
    assert.equal(conflict(kafka(at('k:1'), 'x'), [older(kafka({ strimzi: { cluster: 'second' } }, 'x'))]), undefined)
  })

  const SAME: [string, object, object, object?][] = [
    ['the same reference', EVENTS, EVENTS],
    ['a reference in its own namespace', { strimzi: { cluster: 'events' } }, { strimzi: { cluster: 'events', namespace: 'lab' } }],
    ['a reference, and its bootstrap Service', EVENTS, at('events-kafka-bootstrap.kafka.svc:9092')],
    ['a bootstrap Service, and a reference', at('events-kafka-bootstrap.kafka:9093'), EVENTS],
    ['a reference, and one of its brokers', EVENTS, at('x.example.com:1', 'events-broker-2.events-kafka-brokers.kafka.svc.cluster.local:9092')],
    ['lists in another order', at('a:1', 'b:1'), at('b:1', 'a:1')],
    ['lists that overlap', at('a:1', 'b:1'), at('b:1', 'c:1')],
    ['another port of one Service', at('a:9092'), at('a.lab.svc:9093')],
    ['the address that its status tells', at('203.0.113.7:9094'), EVENTS, { status: { kafka: { bootstrapServers: '203.0.113.7:9094,203.0.113.8:9094' } } }]
  ]

  for (const [what, mine, theirs, rest = {}] of SAME) {
    test(`takes for one Kafka ${what}`, () => {
      assert.match(conflict(kafka(mine, 'x'), [{ ...older(kafka(theirs, 'y')), ...rest }]) ?? '', /spec\.kafka\.consumerGroup/)
      assert.match(conflict(kafka(mine, 'x', { consumerGroup: 'own' }), [{ ...older(kafka(theirs, 'x')), ...rest }]) ?? '', /spec\.kafka\.topic\.name/)
    })
  }

  test('takes for one Kafka what its own listener says once that is known, and what a third list connects', () => {
    const theirs = older(kafka(at('lb.example.com:9094'), 'y'))
    const bridge = probeObject(kafka(at('b:1', 'c:1'), 'z', { consumerGroup: 'bridge' }), { name: 'bridge', uid: 'u-2', creationTimestamp: '2028-01-01T00:00:00Z' })

    assert.equal(conflict(kafka(EVENTS, 'x'), [theirs]), undefined)
    assert.match(conflict(kafka(EVENTS, 'x'), [theirs], ['lb.example.com:9094']) ?? '', /lab\/older/)
    assert.match(conflict(kafka(at('a:1', 'b:1'), 'x'), [older(kafka(at('c:1', 'd:1'), 'y')), bridge]) ?? '', /lab\/older/)
  })

  test('takes for one database each name of its Service', () => {
    const mysql = (host: string): object => ({ mysql: { host, database: 'ipfs', credentialsSecret: { name: 'mysql' } } })
    const theirs = (host: string): KubeObject => older({ ...kafka(at('other:1'), 'y'), ...mysql(host), retention: { after: '24h' } })

    assert.match(conflict(mysql('db'), [theirs('db.lab.svc.cluster.local')]) ?? '', /keeps the same database/)
    assert.equal(conflict(mysql('db'), [theirs('db.other')]), undefined)
    assert.match(conflict(mysql('2001:db8::a'), [theirs('[2001:DB8::A]')]) ?? '', /keeps the same database/)
  })
})
