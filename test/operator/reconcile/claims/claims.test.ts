import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { pino } from 'pino'
import { applyDesired } from '../../../../operator/reconcile/apply/apply-step.ts'
import { ClaimRegistry } from '../../../../operator/reconcile/claims/claim-registry.ts'
import { ALLOWED_NAMESPACES } from '../../../../operator/reconcile/kafka/kafka-plan.ts'
import { CLAIM_LABEL, topicAsDesired } from '../../../../operator/reconcile/kafka/pending-topic.ts'
import { Reconciler } from '../../../../operator/reconcile/reconciler.ts'
import { finalize } from '../../../../operator/reconcile/steps/finalizer.ts'
import { clusterProbe, probeObject } from '../../../support/cluster/cluster-probe.ts'
import { FakeCluster } from '../../../support/cluster/fake-cluster.ts'
import { SECRET } from '../../../support/cluster/reconciler-rig.ts'
import type { Condition } from '../../../../operator/reconcile/conditions/conditions.ts'

const { signal } = new AbortController()
const ATTACKER = { namespace: 'neighbour', name: 'squatter', uid: 'u-0', creationTimestamp: '2020-01-01T00:00:00Z' }
const BROKERS = { kafka: { brokers: ['kafka.shared:9092'] }, mysql: { host: 'db.shared', database: 'ipfs', credentialsSecret: { name: 'mysql' } } }
const STRIMZI = { kafka: { strimzi: { cluster: 'events', namespace: 'kafka' } }, mysql: BROKERS.mysql }
const KAFKA = { apiVersion: 'kafka.strimzi.io/v1', kind: 'Kafka', metadata: { namespace: 'kafka', name: 'events', annotations: { [ALLOWED_NAMESPACES]: 'lab,neighbour' } }, spec: { kafka: { listeners: [{ name: 'plain', type: 'internal', tls: false }] } }, status: { listeners: [{ name: 'plain', bootstrapServers: 'events-kafka-bootstrap.kafka.svc:9092' }] } }
const TOPICS = ['ipfs-nodes', 'ipfs-nodes-dead-letters'].map(name => ({ namespace: 'kafka', name }))

interface Tenants {
  cluster: FakeCluster
  log: string[]
  run: (passes: number, ...keys: string[]) => Promise<void>
  ready: (key: string) => Condition | undefined
}

// The neighbour's PeerProbe, which is older. By default its database has no Secret, so it never becomes ready.
function tenants (spec: object, attacker: { spec?: object, metadata?: object, hasSecret?: boolean } = {}): Tenants {
  const cluster = new FakeCluster()
  const log: string[] = []
  cluster.strimziVersion = 'v1'
  cluster.put(KAFKA)
  cluster.put(SECRET)
  cluster.store('PeerProbe').set(probeObject({ ...spec, ...attacker.spec }, { ...ATTACKER, ...attacker.metadata }))
  cluster.store('PeerProbe').set(probeObject(spec))

  if (attacker.hasSecret === true) {
    cluster.put({ ...SECRET, metadata: { ...SECRET.metadata, namespace: 'neighbour' } })
  }

  const reconciler = new Reconciler({ ...cluster.deps(), log: pino({ level: 'warn' }, { write: line => void log.push(line) }) })

  return {
    cluster,
    log,
    ready: key => (cluster.store('PeerProbe').get(keyOf(key))?.['status'] as { conditions?: Condition[] } | undefined)?.conditions?.find(({ type }) => type === 'Ready'),
    run: async (passes, ...keys) => {
      for (let i = 0; i < passes; i++) {
        for (const key of keys) {
          await reconciler.reconcile(key, signal)
        }
        cluster.settle()
        cluster.store('KafkaTopic').all().forEach(({ metadata }) => {
          cluster.status('KafkaTopic', metadata, { conditions: [{ type: 'Ready', status: 'True' }], topicId: `id of ${metadata.name}` })
        })
      }
    }
  }
}

const keyOf = (key: string): { namespace: string, name: string } => ({ namespace: key.split('/')[0] ?? '', name: key.split('/')[1] ?? '' })
const [MINE, THEIRS] = ['lab/amino', 'neighbour/squatter']

suite('a neighbour that mentions it first', () => {
  const NEVER_READY: Record<string, Parameters<typeof tenants>[1]> = {
    'with a missing Secret': {},
    'with a Kafka that does not allow it': { spec: { kafka: { strimzi: { cluster: 'other', namespace: 'kafka' } } } },
    'paused from the start': { metadata: { annotations: { 'peerprobe.dev/pause': 'true' } } },
    'with a refused field': { spec: { backup: { enabled: true } } }
  }

  for (const [what, attacker] of Object.entries(NEVER_READY)) {
    test(`and is never ready blocks no one else: ${what}`, async () => {
      const { run, ready } = tenants(BROKERS, attacker)
      await run(4, THEIRS)
      await run(6, THEIRS, MINE)

      assert.notEqual(ready(THEIRS)?.status, 'True')
      assert.equal(ready(MINE)?.status, 'True', ready(MINE)?.message)
    })
  }

  test('and fails to prepare it blocks no one else, and is refused from then on without any mention of the other one', async () => {
    const { cluster, run, ready, log } = tenants(BROKERS, { hasSecret: true })
    const prepare = (namespace: string, type: string): void => {
      cluster.store('Job').all().filter(({ metadata }) => metadata.namespace === namespace).forEach(({ metadata }) => {
        cluster.status('Job', metadata, { conditions: [{ type, status: 'True', lastTransitionTime: '2026-01-01T00:00:00Z' }] })
      })
    }
    const reconciler = new Reconciler(cluster.deps())
    await reconciler.reconcile(THEIRS, signal)
    prepare('neighbour', 'Failed')
    await reconciler.reconcile(THEIRS, signal)
    assert.equal(ready(THEIRS)?.reason, 'PrepareFailed')
    await run(6, MINE)
    assert.equal(ready(MINE)?.status, 'True')
    await run(2, THEIRS)

    assert.deepEqual([ready(THEIRS)?.reason, ready(THEIRS)?.message], ['OwnershipConflict', 'spec.kafka.topic.name: a PeerProbe of another namespace (the operator\'s log names it) uses topic ipfs-nodes of this Kafka already: choose another one'])
    assert.doesNotMatch(JSON.stringify(cluster.store('PeerProbe').get(ATTACKER)?.['status']), /lab|amino/)
    const told = log.filter(line => line.includes('holds what this one asks for'))
    assert.equal(told.length, 1, 'once, not in every pass')
    assert.match(told[0] ?? '', /"probe":"neighbour\/squatter","holder":"lab\/amino"/)
  })

  test('is recorded in the status before anything starts that uses it', async () => {
    const { cluster, run } = tenants(BROKERS)
    await run(1, MINE)
    const writes = cluster.writes.length
    cluster.settle()
    await run(1, MINE)
    const claim = cluster.store('PeerProbe').get(keyOf(MINE))?.['status'] as { claim: object }

    assert.deepEqual(claim.claim, {
      kafka: { 'service shared/kafka': '2026-01-01T00:00:00.000Z' },
      topic: { name: 'ipfs-nodes', since: '2026-01-01T00:00:00.000Z' },
      group: { name: 'ipfs-node-consumer', since: '2026-01-01T00:00:00.000Z' },
      database: { name: 'db.shared.svc:3306/ipfs', since: '2026-01-01T00:00:00.000Z' }
    })
    const made = cluster.writes.slice(writes)
    assert.ok(made.indexOf('status PeerProbe amino') < made.indexOf('apply Deployment amino-consumer'), made.join())
  })
})

suite('two that are prepared at the same time', () => {
  test('one gets it, and the other starts nothing', async () => {
    const { cluster, run, ready } = tenants(BROKERS, { hasSecret: true })
    await run(1, THEIRS, MINE)
    const reconciler = new Reconciler(cluster.deps())
    await Promise.all([reconciler.reconcile(MINE, signal), reconciler.reconcile(THEIRS, signal)])
    await run(4, THEIRS, MINE)
    const deployed = new Set(cluster.store('Deployment').all().map(({ metadata }) => metadata.namespace))

    assert.equal(deployed.size, 1)
    assert.deepEqual([MINE, THEIRS].map(key => ready(key)?.reason).sort(), ['OwnershipConflict', 'Running'])
  })

  test('the loser has no claim although it was prepared', async () => {
    const { cluster, run, ready } = tenants(BROKERS, { hasSecret: true })
    await run(1, THEIRS, MINE)
    await run(3, MINE, THEIRS)
    const lost = cluster.store('PeerProbe').get(ATTACKER)!['status'] as Record<string, unknown>
    assert.deepEqual([lost['prepared'], lost['claim']], [undefined, undefined])
    await run(2, MINE, THEIRS)

    assert.equal(ready(MINE)?.status, 'True')
  })

  test('a claim ends with its PeerProbe, and is kept through a restart of the operator and a loss of its Secret', async () => {
    const { cluster, run, ready } = tenants(BROKERS, { hasSecret: true })
    await run(5, MINE)
    cluster.store('Secret').delete(SECRET.metadata)
    const again = new Reconciler({ ...cluster.deps(), claims: new ClaimRegistry() })
    await again.reconcile(MINE, signal)
    await again.reconcile(THEIRS, signal)
    assert.deepEqual([ready(MINE)?.reason, ready(THEIRS)?.reason], ['SecretMissing', 'OwnershipConflict'])
    cluster.store('PeerProbe').delete(keyOf(MINE))
    await run(5, THEIRS)

    assert.equal(ready(THEIRS)?.status, 'True')
  })

  test('one that was prepared before claims existed holds everything in its spec since its creation', async () => {
    const { cluster, run, ready } = tenants(BROKERS, { hasSecret: true })
    await run(5, MINE)
    const { status, ...object } = cluster.store('PeerProbe').get(keyOf(MINE))!
    const { claim, ...earlier } = status as Record<string, unknown>
    assert.ok(claim !== undefined)
    cluster.store('PeerProbe').set({ ...object, status: earlier })
    await run(2, THEIRS, MINE)

    assert.deepEqual([ready(MINE)?.reason, ready(THEIRS)?.reason], ['Running', 'OwnershipConflict'])
    assert.equal((cluster.store('PeerProbe').get(keyOf(MINE))?.['status'] as { claim: { topic: { since: string } } }).claim.topic.since, '2026-01-01T00:00:00Z')
  })
})

suite('a KafkaTopic', () => {
  const labels = (cluster: FakeCluster): unknown[] => TOPICS.map((key) => {
    const { metadata } = cluster.store('KafkaTopic').get(key)!
    return [metadata.labels?.['peerprobe.dev/namespace'], metadata.labels?.[CLAIM_LABEL]]
  })

  test('of a PeerProbe that was never prepared goes to the first one that is, and keeps its number of partitions, which Kafka cannot reduce', async () => {
    const { cluster, run, ready } = tenants(STRIMZI, { spec: { kafka: { ...STRIMZI.kafka, topic: { partitions: 64, replicas: 1 } } } })
    await run(3, THEIRS)
    assert.deepEqual(labels(cluster), [['neighbour', 'pending'], ['neighbour', 'pending']])
    await run(8, THEIRS, MINE)

    assert.equal(ready(MINE)?.status, 'True', ready(MINE)?.message)
    assert.deepEqual(labels(cluster), [['lab', 'taken'], ['lab', 'taken']])
    assert.deepEqual(cluster.store('KafkaTopic').get(TOPICS[0]!)?.['spec'], { partitions: 64, replicas: 1, config: { 'retention.ms': 604_800_000 } })
    assert.equal(ready(THEIRS)?.reason, 'OwnershipConflict')
    const { length } = cluster.writes
    await run(1, MINE)
    assert.deepEqual(cluster.writes.slice(length), [])
    await finalize(cluster.deps(), { ...cluster.store('PeerProbe').get(ATTACKER)!, metadata: { ...ATTACKER, finalizers: ['peerprobe.dev/kafka-objects'] } }, signal)
    assert.equal(cluster.store('KafkaTopic').size, 2)
  })

  test('that such a PeerProbe leaves behind blocks no one else, and a topic in use is not given away', async () => {
    const left = tenants(STRIMZI)
    await left.run(3, THEIRS)
    left.cluster.store('PeerProbe').delete(ATTACKER)
    await left.run(8, MINE)
    assert.equal(left.ready(MINE)?.status, 'True', left.ready(MINE)?.message)

    const used = tenants(STRIMZI, { hasSecret: true })
    await used.run(6, THEIRS)
    assert.deepEqual(labels(used.cluster), [['neighbour', undefined], ['neighbour', undefined]])
    used.cluster.store('PeerProbe').delete(ATTACKER)
    await used.run(3, MINE)
    assert.equal(used.ready(MINE)?.reason, 'ForeignObject')
  })

  test('is not accessible to the user of a PeerProbe that mentioned it and is refused now', async () => {
    const authenticated = { ...STRIMZI, kafka: { ...STRIMZI.kafka, authentication: { type: 'scram-sha-512' } } }
    const { cluster, run, ready } = tenants(authenticated)
    cluster.put({ ...KAFKA, spec: { kafka: { listeners: [{ name: 'plain', type: 'internal', tls: false, authentication: { type: 'scram-sha-512' } }] } } })
    const users = (): string[] => cluster.store('KafkaUser').all().map(({ metadata: { name } }) => name)
    const withUsers = async (passes: number, ...keys: string[]): Promise<void> => {
      for (let i = 0; i < passes; i++) {
        await run(1, ...keys)
        cluster.store('KafkaUser').all().forEach(({ metadata }) => {
          cluster.status('KafkaUser', metadata, { conditions: [{ type: 'Ready', status: 'True' }] })
          cluster.put({ apiVersion: 'v1', kind: 'Secret', metadata: { namespace: 'kafka', name: metadata.name }, data: { password: 'cA==' } })
        })
      }
    }
    await withUsers(4, THEIRS)
    assert.deepEqual(users(), ['neighbour-squatter-peerprobe'])
    await withUsers(8, THEIRS, MINE)

    assert.equal(ready(MINE)?.status, 'True', ready(MINE)?.message)
    assert.deepEqual(users(), ['lab-amino-peerprobe'])
  })

  test('that is being deleted is not used', async () => {
    const cluster = new FakeCluster()
    const topic = { apiVersion: 'kafka.strimzi.io/v1', kind: 'KafkaTopic', plural: 'kafkatopics', namespaced: true }
    const object = { apiVersion: topic.apiVersion, kind: topic.kind, metadata: { namespace: 'kafka', name: 'x', labels: {} }, spec: {} }
    const live = { ...object, metadata: { ...object.metadata, deletionTimestamp: '2026-01-01T00:00:00Z', labels: { [CLAIM_LABEL]: 'pending' } } }
    cluster.put(live)

    const desired = topicAsDesired({ kind: topic, object }, { live, isOurs: false, isVerified: true })!
    await assert.rejects(applyDesired(cluster.deps(), { probe: clusterProbe() }, desired, signal), { code: 'PP_FOREIGN_OBJECT' })
  })
})
