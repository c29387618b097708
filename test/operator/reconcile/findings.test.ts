import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { ProbeError } from '../../../core/errors.ts'
import { CONFIG_HASH } from '../../../operator/model/pod/pod.ts'
import { conditionsOf, failed, good, waiting } from '../../../operator/reconcile/conditions/conditions.ts'
import { canFollow, deploymentFinding } from '../../../operator/reconcile/conditions/deployment-finding.ts'
import { worstFailure } from '../../../operator/reconcile/conditions/pod-failure.ts'
import { listenerOf } from '../../../operator/reconcile/kafka/kafka-listener.ts'
import { readProbe } from '../../../operator/reconcile/observe/read-probe.ts'
import { heldBy, statusField, strimziStateOf } from '../../../operator/reconcile/observe/strimzi-status.ts'
import { roundUp } from '../../../operator/reconcile/status/process-figures.ts'
import { summarise } from '../../../operator/reconcile/status/status.ts'
import { clusterProbe, probeObject } from '../../support/cluster/cluster-probe.ts'
import type { KubeObject } from '../../../operator/runtime/kube-object.ts'

const object = (status: object, rest: object = {}): KubeObject => ({ apiVersion: 'v1', kind: 'X', metadata: { name: 'x', generation: 2 }, status, ...rest })
const at = { generation: 4, now: '2026-01-02T00:00:00Z' }

suite('conditions', () => {
  test('move their time only when a status flips', () => {
    const before = conditionsOf({ Ready: waiting('Progressing', 'a') }, [], { generation: 3, now: '2026-01-01T00:00:00Z' })
    const [same] = conditionsOf({ Ready: waiting('Progressing', 'b') }, before, at)
    const [flipped] = conditionsOf({ Ready: good('Running', 'b') }, before, at)

    assert.deepEqual([same?.lastTransitionTime, same?.message, same?.observedGeneration], ['2026-01-01T00:00:00Z', 'b', 4])
    assert.equal(flipped?.lastTransitionTime, at.now)
  })

  test('have reasons of the error table, and messages of bounded length', () => {
    assert.deepEqual(failed(new ProbeError('PP_TOPIC_NOT_READY', 'soon', { details: { waiting: 'TopicNotReady' } })), { status: 'Unknown', reason: 'TopicNotReady', message: 'soon' })
    assert.equal(failed(new ProbeError('PP_KUBE_FORBIDDEN', 'User "system:serviceaccount:ops:peerprobe" cannot get')).message, 'User "the operator\'s account" cannot get')
    assert.deepEqual(failed(new ProbeError('PP_BUS_AUTH', 'no')), { status: 'False', reason: 'BusAuth', message: 'no' })
    assert.equal(conditionsOf({ Ready: good('R', 'x'.repeat(9_999)) }, [], at)[0]?.message.length, 1_024)
  })

  test('are summarised by the first cause', () => {
    const fine = { KafkaReady: good('Ready', ''), DatabaseReady: good('Prepared', ''), ConsumersReady: good('Running', ''), CrawlersReady: good('Running', '') }

    assert.equal(summarise(fine).Ready?.status, 'True')
    assert.deepEqual(summarise({ ...fine, ConsumersReady: waiting('Progressing', 'w'), CrawlersReady: failed(new ProbeError('PP_BUS_AUTH', 'no')) }).Ready, { status: 'False', reason: 'BusAuth', message: 'no' })
    assert.deepEqual(summarise({ ...fine, ConsumersReady: waiting('Progressing', 'w') }).Ready, { status: 'False', reason: 'Progressing', message: 'w' })
    assert.equal(summarise({ ...fine, Suspended: good('Suspended', 's') }).Ready?.reason, 'Suspended')
    assert.deepEqual(summarise({ Paused: good('Paused', 'p') }).Ready, { status: 'Unknown', reason: 'Paused', message: 'p' })
  })
})

suite('readProbe', () => {
  test('accepts what the API server accepted', () => {
    assert.equal(readProbe(probeObject()).spec.kafka.topic.name, 'ipfs-nodes')
  })

  test('reports every field that is not supported yet, and every field that is wrong', () => {
    const spec = { backup: { enabled: true }, consumer: { dump: { format: 'Parquet' } }, scans: [{ name: 'main', network: { preset: 'ipfs' }, passive: { enabled: true }, storage: { claim: 'x' } }] }

    assert.throws(() => readProbe(probeObject(spec)), (err: ProbeError) => {
      assert.equal(err.code, 'PP_NOT_SUPPORTED')
      assert.deepEqual((err.details['problems'] as string[]).map(problem => problem.slice(0, problem.indexOf(':'))), ['spec.backup.volume'])
      return true
    })
    assert.throws(() => readProbe({ ...probeObject(), spec: { scans: [] } }), { code: 'PP_SPEC_INVALID', message: /spec\.scans: / })
    assert.throws(() => readProbe({ ...probeObject(), spec: { scans: [{ name: 'main', network: { preset: 'ipfs' } }] } }), { code: 'PP_SPEC_INVALID', message: /spec\.kafka: is required/ })
  })

  test('refuses servers at a metadata service, in any notation of the address', () => {
    const spec = { kafka: { brokers: ['kafka:9092', '169.254.169.254:80', '[::ffff:a9fe:a9fe]:80'] }, mysql: { host: '[fd00:ec2::254]', port: 80, database: 'x', credentialsSecret: { name: 'mysql' } } }

    assert.throws(() => readProbe(probeObject(spec)), { code: 'PP_SPEC_INVALID', message: /spec\.kafka\.brokers\[1\]: is the address of a metadata service.*spec\.kafka\.brokers\[2\].*spec\.mysql\.host/s })
  })
})

suite('the status of Strimzi\'s objects', () => {
  test('counts only for its generation', () => {
    const ready = [{ type: 'Ready', status: 'True' }]

    assert.deepEqual(strimziStateOf(object({ observedGeneration: 2, conditions: ready })), { state: 'ready' })
    assert.deepEqual(strimziStateOf(object({ observedGeneration: 1, conditions: ready })), { state: 'waiting' })
    assert.deepEqual(strimziStateOf(object({ observedGeneration: 2, conditions: [{ type: 'Ready', status: 'False', reason: 'NotSupported', message: 'm' }] })), { state: 'failed', message: 'NotSupported: m' })
    assert.deepEqual(strimziStateOf(object({ observedGeneration: 2, conditions: [{ type: 'NotReady', status: 'True', reason: 'R', message: 'm' }] })), { state: 'failed', message: 'R: m' })
    assert.equal(statusField(undefined, 'x'), undefined)
  })

  test('shows that an object is left alone, by its annotation or by its condition', () => {
    const with_ = (annotations: Record<string, string>, status: object = {}): KubeObject => ({ ...object(status), metadata: { name: 'x', generation: 2, annotations } })
    const paused = { state: 'held', reason: 'ReconciliationPaused' }

    assert.deepEqual(strimziStateOf(with_({ 'strimzi.io/pause-reconciliation': 'true' }, { observedGeneration: 2, conditions: [{ type: 'Ready', status: 'True' }] })), paused)
    for (const text of ['True', 'TRUE']) {
      assert.deepEqual([heldBy(with_({ 'strimzi.io/pause-reconciliation': text })), heldBy(with_({ 'strimzi.io/managed': text.replace(/true/i, 'False') }))], ['ReconciliationPaused', undefined])
    }
    for (const text of ['', ' true', 'yes', '1', 'false']) {
      assert.equal(heldBy(with_({ 'strimzi.io/pause-reconciliation': text })), undefined)
    }
    assert.deepEqual(strimziStateOf(object({ observedGeneration: 1, conditions: [{ type: 'ReconciliationPaused', status: 'True' }] })), paused)
    assert.deepEqual(strimziStateOf(with_({ 'strimzi.io/managed': 'false' })), { state: 'held', reason: 'Unmanaged' })
    assert.deepEqual(strimziStateOf(object({ conditions: [{ type: 'Unmanaged', status: 'True' }] })), { state: 'held', reason: 'Unmanaged' })
    assert.deepEqual(strimziStateOf(with_({ 'strimzi.io/pause-reconciliation': 'false', 'strimzi.io/managed': 'true' })), { state: 'waiting' })
  })

  test('gives the configured listener, the only one, or the one that fits', () => {
    const listeners = [{ name: 'ext', type: 'route', tls: true }, { name: 'plain', type: 'internal', tls: false }, { name: 'tls', type: 'internal', tls: true, authentication: { type: 'tls' } }]
    const kafka = (names: string[]): KubeObject => object({ listeners: names.map(name => ({ name, bootstrapServers: `${name}:9092`, certificates: ['PEM'] })) }, { spec: { kafka: { listeners: listeners.filter(({ name }) => names.includes(name)) } } })
    const probe = (strimzi: object, authentication: object = {}): ReturnType<typeof clusterProbe> => clusterProbe({ kafka: { strimzi: { cluster: 'x', ...strimzi }, authentication } })
    const everything = kafka(['ext', 'plain', 'tls'])

    assert.deepEqual(listenerOf(everything, probe({ listener: 'ext' }, { type: 'none' })), { bootstrapServers: ['ext:9092'], tls: true, caPem: 'PEM' })
    assert.deepEqual(listenerOf(everything, probe({})).bootstrapServers, ['plain:9092'])
    assert.deepEqual(listenerOf(everything, probe({}, { type: 'tls' })).bootstrapServers, ['tls:9092'])
    assert.deepEqual(listenerOf(kafka(['ext']), probe({})).bootstrapServers, ['ext:9092'])
    assert.throws(() => listenerOf(everything, probe({ listener: 'none' })), { code: 'PP_KAFKA_MISSING', message: /no listener named none \(it has ext, plain, tls\)/ })
    assert.throws(() => listenerOf(everything, probe({}, { type: 'scram-sha-512' })), { code: 'PP_KAFKA_MISSING', message: /no listener with authentication scram-sha-512 \(it has ext with none, plain with none, tls with tls\)/ })
    assert.throws(() => listenerOf({ ...everything, status: {} }, probe({})), { code: 'PP_KAFKA_MISSING', message: /no address yet$/ })
    const paused = { ...everything, metadata: { name: 'x', annotations: { 'strimzi.io/pause-reconciliation': 'true' } }, status: {} }
    assert.throws(() => listenerOf(paused, probe({})), { message: /no address yet \(ReconciliationPaused/ })
  })

  test('treats a listener without an authentication field as one without authentication, and reports that there is no listener at all', () => {
    for (const authentication of [undefined, null, {}]) {
      const listeners = [{ name: 'a', type: 'internal', tls: false, authentication }]
      const kafka = object({ listeners: [{ name: 'a', bootstrapServers: 'a:1' }] }, { spec: { kafka: { listeners } } })

      assert.deepEqual(listenerOf(kafka, clusterProbe({ kafka: { strimzi: { cluster: 'x' } } })).bootstrapServers, ['a:1'])
      assert.throws(() => listenerOf(kafka, clusterProbe({ kafka: { strimzi: { cluster: 'x' }, authentication: { type: 'tls' } } })), { code: 'PP_SPEC_INVALID', message: /type is tls, and listener a of Kafka \/x takes none: set spec\.kafka\.authentication\.type to none$/ })
    }
    const kafkas = [undefined, null, {}, ...[null, { plain: {} }, []].map(list => ({ listeners: list }))]

    for (const spec of [undefined, null, ...kafkas.map(kafka => ({ kafka }))]) {
      assert.throws(() => listenerOf(object({}, { spec }), clusterProbe({ kafka: { strimzi: { cluster: 'x' } } })), { code: 'PP_KAFKA_MISSING', message: /has no listener with authentication none \(it has none\)$/ })
    }
  })

  const LISTENERS: Record<string, object | undefined> = {
    plain: undefined,
    scram: { type: 'scram-sha-512' },
    mtls: { type: 'tls' },
    oauth: { type: 'oauth' },
    sasl: { type: 'custom', sasl: true },
    own: { type: 'custom' }
  }
  const FITTING: Record<string, string[]> = { 'none': ['plain', 'own'], 'scram-sha-512': ['scram', 'sasl'], 'tls': ['mtls', 'own'] }

  for (const type of ['none', 'scram-sha-512', 'tls']) {
    for (const [name, authentication] of Object.entries(LISTENERS)) {
      const fits = FITTING[type]?.includes(name) === true

      test(`${fits ? 'lets' : 'refuses'} authentication ${type} with listener ${name}, named or the only one`, () => {
        const listeners = [{ name, type: 'internal', tls: true, authentication }]
        const kafka = object({ listeners: [{ name, bootstrapServers: 'b:1' }] }, { spec: { kafka: { listeners } } })

        for (const listener of [{ listener: name }, {}]) {
          const probe = clusterProbe({ kafka: { strimzi: { cluster: 'x', ...listener }, authentication: { type } } })

          if (fits) {
            assert.deepEqual(listenerOf(kafka, probe).bootstrapServers, ['b:1'])
          } else {
            const message = new RegExp(`spec\\.kafka\\.authentication\\.type is ${type}, and listener ${name} of Kafka /x takes `)
            assert.throws(() => listenerOf(kafka, probe), { code: 'PP_SPEC_INVALID', message })
          }
        }
      })
    }
  }

  test('suggests the listener that fits instead of the one that does not', () => {
    const listeners = ['scram-sha-512', 'tls'].map(type => ({ name: type.slice(0, 5), type: 'internal', tls: true, authentication: { type } }))
    const kafka = object({}, { spec: { kafka: { listeners } } })
    const probe = clusterProbe({ kafka: { strimzi: { cluster: 'x', listener: 'scram' }, authentication: { type: 'tls' } } })

    assert.throws(() => listenerOf(kafka, probe), {
      message: 'spec.kafka.authentication.type is tls, and listener scram of Kafka /x takes scram-sha-512: set spec.kafka.authentication.type to scram-sha-512, or spec.kafka.strimzi.listener to tls'
    })
  })
})

suite('the state of pods and Deployments', () => {
  const pod = (container: object, conditions: object[] = []): KubeObject => object({ conditions, containerStatuses: [container] })
  const crash = pod({ state: { waiting: { reason: 'CrashLoopBackOff', message: 'back-off' } }, lastState: { terminated: { exitCode: 1, message: 'PP_STORE_AUTH: no' } } })

  test('is that of the worst pod, with the code of its termination message', () => {
    const pull = pod({ state: { waiting: { reason: 'ImagePullBackOff', message: 'm' } } })

    assert.deepEqual(worstFailure([crash, pull]), { reason: 'ImagePullBackOff', message: 'm', code: undefined })
    assert.deepEqual(worstFailure([crash]), { reason: 'CrashLoopBackOff', message: 'PP_STORE_AUTH: no', code: 'PP_STORE_AUTH' })
    assert.deepEqual(worstFailure([pod({}, [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: 'no node' }])]), { reason: 'Unschedulable', message: 'no node', code: undefined })
    assert.deepEqual(worstFailure([pod({ state: { terminated: { exitCode: 2, message: 'x' } } })])?.reason, 'Error')
    assert.equal(worstFailure([pod({ state: { waiting: { reason: 'ContainerCreating' } } }), pod({ state: { terminated: { exitCode: 0 } } }), object({})]), undefined)
  })

  test('is good only for the present generation and all replicas', () => {
    const whole = { observedGeneration: 2, replicas: 1, updatedReplicas: 1, readyReplicas: 1 }
    const deployment = (status: object): KubeObject => object({ ...whole, ...status }, { spec: { replicas: 1 } })

    assert.equal(deploymentFinding('d', deployment({}), []).status, 'True')
    assert.equal(deploymentFinding('d', deployment({ observedGeneration: 1 }), []).status, 'Unknown')
    assert.equal(deploymentFinding('d', deployment({ replicas: 2 }), []).message, 'd: 1 of 1 ready')
    assert.equal(deploymentFinding('d', undefined, []).message, 'd: is being created')
    assert.deepEqual(deploymentFinding('d', deployment({ readyReplicas: 0 }), [crash]), { status: 'False', reason: 'StoreAuth', message: 'd: CrashLoopBackOff: PP_STORE_AUTH: no' })
    assert.equal(deploymentFinding('d', deployment({ readyReplicas: 0, conditions: [{ type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message: 'quota' }] }), []).message, 'd: quota')
  })

  test('lets dependents start once a pod of the present template is ready and no pod of an earlier one exists', () => {
    const deployment = (status: object, replicas = 1): KubeObject => object({ observedGeneration: 2, ...status }, { spec: { replicas } })
    const whole = { replicas: 1, updatedReplicas: 1, readyReplicas: 1 }
    const some = { replicas: 2, updatedReplicas: 2, readyReplicas: 1 }
    const bad = [{ ...whole, observedGeneration: 1 }, { ...whole, replicas: 2 }, { ...whole, readyReplicas: 0 }]

    assert.deepEqual([deployment(whole), deployment(some, 2), deployment({}, 0)].map(canFollow), [true, true, true])
    assert.deepEqual([...bad.map(status => deployment(status)), deployment({ replicas: 1 }, 0), undefined].map(canFollow), [false, false, false, false, false])
  })

  test('uses only pods of the present template: failures of earlier ones may be fixed', () => {
    const template = (hash: string): object => ({ metadata: { annotations: { [CONFIG_HASH]: hash } } })
    const of = (hash: string, rest: object = {}): KubeObject => ({ ...crash, metadata: { name: 'p', annotations: { [CONFIG_HASH]: hash }, ...rest } })
    const deployment = object({ observedGeneration: 2, replicas: 1, updatedReplicas: 1, readyReplicas: 0 }, { spec: { replicas: 1, template: template('new') } })

    assert.equal(deploymentFinding('d', deployment, [of('old')]).message, 'd: 0 of 1 ready')
    assert.equal(deploymentFinding('d', deployment, [of('new', { deletionTimestamp: '2026-01-01T00:00:00Z' })]).message, 'd: 0 of 1 ready')
    assert.equal(deploymentFinding('d', deployment, [of('old'), of('new')]).reason, 'StoreAuth')
  })

  test('is rounded if it changes all the time', () => {
    assert.deepEqual([0, 1, 9, 10, 11, 12_345].map(roundUp), [0, 1, 10, 10, 100, 100_000])
  })
})
