import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { claimantOf, claimFor } from '../../../../operator/reconcile/claims/claims.ts'
import { refuseConflicts } from '../../../../operator/reconcile/claims/conflicts.ts'
import { probeObject } from '../../../support/cluster/cluster-probe.ts'
import type { KubeObject } from '../../../../operator/runtime/kube-object.ts'

const OLD = { name: 'older', uid: 'u-0', creationTimestamp: '2025-01-01T00:00:00Z' }
const older = (spec: object, metadata: object = {}): KubeObject => ({ ...probeObject(spec, { ...OLD, ...metadata }), status: { prepared: 'older-prepare' } })
const kafka = (where: object, topic: string, more: object = {}): object => ({ kafka: { ...where, topic: { name: topic }, ...more } })
const at = (...brokers: string[]): object => ({ brokers })
const EVENTS = { strimzi: { cluster: 'events', namespace: 'kafka' } }

const conflict = (mine: object, others: readonly KubeObject[], known?: readonly string[]): string | undefined => {
  try {
    refuseConflicts(claimantOf(probeObject(mine), undefined, known), others.map(object => claimantOf(object)))
    return undefined
  } catch (err) {
    assert.equal((err as { code: string }).code, 'PP_OWNERSHIP_CONFLICT')
    return (err as Error).message
  }
}

suite('refuseConflicts', () => {
  test('gives a resource to the PeerProbe that was verified first: a topic, and a database with another retention', () => {
    assert.match(conflict({}, [older({})]) ?? '', /^spec\.kafka\.topic\.name: PeerProbe older uses topic ipfs-nodes of this Kafka already: choose another one$/)
    assert.match(conflict({}, [older({ ...kafka(at('other:1'), 'x'), retention: { after: '24h' } })]) ?? '', /^spec\.retention\.after: PeerProbe older uses the same database with a different retention \(24h\)/)
    assert.equal(conflict({}, [older(kafka(at('other:1'), 'ipfs-nodes')), probeObject()]), undefined)
  })

  test('orders two claims of the same second the same way in every comparison', () => {
    const [one, twin] = ['u-1', 'u-0'].map(uid => claimantOf({ ...older({}, { uid }), status: { prepared: 'x' } }))

    assert.throws(() => {
      refuseConflicts(one!, [twin!])
    }, { code: 'PP_OWNERSHIP_CONFLICT' })
    refuseConflicts(twin!, [one!])
  })

  test('ignores PeerProbes that were never verified, however old, and mentions nothing of another namespace', () => {
    const attacker = { ...older({ retention: { after: '24h' } }, { namespace: 'neighbour', name: 'squatter' }), status: {} }
    assert.equal(conflict({}, [attacker]), undefined)
    assert.equal(conflict({}, [{ ...attacker, status: { claim: 'nonsense', conditions: [{ type: 'Ready', status: 'False' }] } }]), undefined)

    for (const [spec, field] of [[{}, 'spec.kafka.topic.name'], [kafka(at('kafka.neighbour:9092', 'kafka.lab:9092'), 'secret-topic'), 'spec.kafka.consumerGroup'], [{ ...kafka(at('other:1'), 'x'), mysql: { host: 'db.lab', database: 'ipfs', credentialsSecret: { name: 'mysql' } }, retention: { after: '24h' } }, 'spec.retention.after']] as const) {
      const message = conflict({}, [older({ ...kafka(at('kafka.lab:9092'), 'ipfs-nodes'), ...spec }, { namespace: 'neighbour', name: 'squatter' })]) ?? ''

      assert.ok(message.startsWith(`${field}: a PeerProbe of another namespace (the operator's log names it) `), message)
      assert.doesNotMatch(message, /neighbour|squatter|secret-topic|24h/)
    }
  })

  test('holds a verified resource while the spec contains it, and not one that replaced it since', () => {
    const claim = claimFor(claimantOf(probeObject(kafka(at('own:1'), 'ipfs-nodes', { consumerGroup: 'own' }))), undefined, '2025-06-01T00:00:00Z')
    const holder = (spec: object): KubeObject => ({ ...probeObject(spec, OLD), status: { prepared: 'x', claim } })

    assert.match(conflict(kafka(at('own:1', 'b:1'), 'ipfs-nodes'), [holder(kafka(at('own:1', 'c:1'), 'ipfs-nodes', { consumerGroup: 'own' }))]) ?? '', /uses topic ipfs-nodes/)
    assert.equal(conflict(kafka(at('k:1'), 'ipfs-nodes'), [holder(kafka(at('k:1'), 'ipfs-nodes'))]), undefined, 'another Kafka')
    assert.equal(conflict(kafka(at('k:1'), 'ipfs-nodes'), [holder(kafka(at('own:1', 'k:1'), 'ipfs-nodes'))]), undefined, 'one more address next to that of its own Kafka')
    assert.equal(conflict(kafka(at('own:1'), 'x', { consumerGroup: 'theirs' }), [holder(kafka(at('own:1'), 'ipfs-nodes', { consumerGroup: 'theirs' }))]), undefined, 'another group')
    assert.equal(conflict(kafka(at('own:1'), 'x', { consumerGroup: 'mine' }), [holder(kafka(at('own:1'), 'x', { consumerGroup: 'own' }))]), undefined, 'another topic')
  })

  test('does not get what another one holds by adding the other\'s broker to its own Kafka, which was verified earlier', () => {
    const [own, both] = [probeObject(kafka(at('own:1'), 'x'), OLD), probeObject(kafka(at('own:1', 'k:1'), 'x'), OLD)]
    const early = claimFor(claimantOf(own), undefined, '2025-01-01T00:00:00Z')
    const holder = claimantOf(older(kafka(at('k:1'), 'x'), { uid: 'u-1' }), claimFor(claimantOf(older(kafka(at('k:1'), 'x'))), undefined, '2025-06-01T00:00:00Z'))
    const later = claimFor(claimantOf(both, early), early, '2025-07-01T00:00:00Z')

    assert.throws(() => {
      refuseConflicts(claimantOf(both, early), [holder])
    }, { code: 'PP_OWNERSHIP_CONFLICT' })
    refuseConflicts(holder, [claimantOf(both, later)])
    assert.throws(() => {
      refuseConflicts(claimantOf(both, later), [holder])
    }, { code: 'PP_OWNERSHIP_CONFLICT' })
  })

  test('does not lose its own resources to a later claim, and keeps the time of what it held before', () => {
    const first = claimFor(claimantOf(probeObject()), undefined, '2026-06-01T00:00:00Z')
    const later = { ...older({}), status: { claim: claimFor(claimantOf(older({})), undefined, '2026-06-01T00:00:00.001Z') } }
    refuseConflicts(claimantOf(probeObject(), first), [claimantOf(later)])
    const changed = claimFor(claimantOf(probeObject(kafka(at('kafka:9092', 'b:1'), 'ipfs-nodes', { consumerGroup: 'new' }))), first, '2026-07-01T00:00:00Z')

    assert.deepEqual([changed.topic.since, changed.group.since, changed.database.since], ['2026-06-01T00:00:00Z', '2026-07-01T00:00:00Z', '2026-06-01T00:00:00Z'])
    assert.equal(claimFor(claimantOf(probeObject(kafka(at('other:1'), 'ipfs-nodes'))), first, '2026-07-01T00:00:00Z').topic.since, '2026-07-01T00:00:00Z')
  })

  test('refuses one consumer group for two topics of one Kafka, and reports the holder', () => {
    const message = conflict(kafka(at('k:9092'), 'mine'), [older(kafka(at('k:9092'), 'theirs'))])

    assert.match(message ?? '', /^spec\.kafka\.consumerGroup: PeerProbe older reads another topic of this Kafka with consumer group ipfs-node-consumer, .* choose another one$/)
    assert.equal(conflict(kafka(at('k:9092'), 'mine', { consumerGroup: 'own' }), [older(kafka(at('k:9092'), 'theirs'))]), undefined)
    assert.equal(conflict(kafka(at('k:9092'), 'mine'), [older(kafka(at('other:9092'), 'theirs'))]), undefined)
  })

  test('also checks the topic and the group of the dead letters', () => {
    assert.match(conflict(kafka(at('k:1'), 'x', { consumerGroup: 'g-dead-letters' }), [older(kafka(at('k:1'), 'y', { consumerGroup: 'g' }))]) ?? '', /consumer group g-dead-letters, or with the group/)
    assert.match(conflict(kafka(at('k:1'), 'x', { consumerGroup: 'g' }), [older(kafka(at('k:1'), 'x-dead-letters', { consumerGroup: 'h' }))]) ?? '', /whose topic of dead letters or routing tables is x/)
  })

  test('refuses equal topic names for two Kafkas of one namespace, whose KafkaTopics would be the same object', () => {
    const other = { strimzi: { cluster: 'second', namespace: 'kafka' } }
    const told = conflict(kafka(EVENTS, 'x', { consumerGroup: 'own' }), [older(kafka(other, 'x'))]) ?? ''

    assert.match(told, /^spec\.kafka\.topic\.name: PeerProbe older has the KafkaTopic x .* choose another one$/)
    assert.match(conflict(kafka(EVENTS, 'x-dead-letters'), [older(kafka(other, 'x'))]) ?? '', /the KafkaTopic x-dead-letters /)
    assert.equal(conflict(kafka(EVENTS, 'y'), [older(kafka(other, 'x'))]), undefined, 'groups of two Kafkas are independent')
    assert.equal(conflict(kafka(EVENTS, 'x'), [older(kafka({ strimzi: { cluster: 'second', namespace: 'elsewhere' } }, 'x'))]), undefined)
    assert.equal(conflict(kafka(at('k:1'), 'x'), [older(kafka({ strimzi: { cluster: 'second' } }, 'x'))]), undefined)
  })

  const held = (theirs: object, topic: string, status: object): KubeObject => ({ ...older(kafka(theirs, topic)), status: { prepared: 'x', ...status } })
  const SAME: [string, object, object, object?][] = [
    ['the same reference', EVENTS, EVENTS],
    ['a reference in its own namespace', { strimzi: { cluster: 'events' } }, { strimzi: { cluster: 'events', namespace: 'lab' } }],
    ['a reference, and its bootstrap Service', EVENTS, at('events-kafka-bootstrap.kafka.svc:9092')],
    ['a bootstrap Service, and a reference', at('events-kafka-bootstrap.kafka:9093'), EVENTS],
    ['a reference, and one of its brokers', EVENTS, at('x.example.com:1', 'events-broker-2.events-kafka-brokers.kafka.svc.cluster.local:9092')],
    ['lists in another order', at('a:1', 'b:1'), at('b:1', 'a:1')],
    ['lists that overlap', at('a:1', 'b:1'), at('b:1', 'c:1')],
    ['another port of one Service', at('a:9092'), at('a.lab.svc:9093')],
    ['the address in its status', at('203.0.113.7:9094'), EVENTS, { kafka: { bootstrapServers: '203.0.113.7:9094,203.0.113.8:9094' } }]
  ]

  for (const [what, mine, theirs, rest = {}] of SAME) {
    test(`recognises one Kafka: ${what}`, () => {
      assert.match(conflict(kafka(mine, 'x'), [held(theirs, 'y', rest)]) ?? '', /spec\.kafka\.consumerGroup/)
      assert.match(conflict(kafka(mine, 'x', { consumerGroup: 'own' }), [held(theirs, 'x', rest)]) ?? '', /spec\.kafka\.topic\.name/)
    })
  }

  test('recognises one Kafka by the addresses of its listener once they are known, and through a third list', () => {
    const theirs = older(kafka(at('lb.example.com:9094'), 'y'))
    const bridge = older(kafka(at('b:1', 'c:1'), 'z', { consumerGroup: 'bridge' }), { name: 'bridge', uid: 'u-2', creationTimestamp: '2028-01-01T00:00:00Z' })

    assert.equal(conflict(kafka(EVENTS, 'x'), [theirs]), undefined)
    assert.match(conflict(kafka(EVENTS, 'x'), [theirs], ['lb.example.com:9094']) ?? '', /PeerProbe older/)
    assert.match(conflict(kafka(at('a:1', 'b:1'), 'x'), [older(kafka(at('c:1', 'd:1'), 'y')), bridge]) ?? '', /PeerProbe older/)
    assert.equal(conflict(kafka(at('a:1', 'b:1'), 'x'), [older(kafka(at('c:1', 'd:1'), 'y')), { ...bridge, status: {} }]), undefined, 'anybody can write two addresses side by side')
  })

  test('recognises one database by each name of its Service', () => {
    const mysql = (host: string): object => ({ mysql: { host, database: 'ipfs', credentialsSecret: { name: 'mysql' } } })
    const theirs = (host: string): KubeObject => older({ ...kafka(at('other:1'), 'y'), ...mysql(host), retention: { after: '24h' } })

    assert.match(conflict(mysql('db'), [theirs('db.lab.svc.cluster.local')]) ?? '', /uses the same database/)
    assert.equal(conflict(mysql('db'), [theirs('db.other')]), undefined)
    assert.match(conflict(mysql('2001:db8::a'), [theirs('[2001:DB8::A]')]) ?? '', /uses the same database/)
  })
})
