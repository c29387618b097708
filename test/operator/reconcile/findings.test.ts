import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { ProbeError } from '../../../core/errors.ts'
import { CONFIG_HASH } from '../../../operator/model/pod.ts'
import { conditionsOf, failed, good, waiting } from '../../../operator/reconcile/conditions.ts'
import { refuseConflicts } from '../../../operator/reconcile/conflicts.ts'
import { deploymentFinding } from '../../../operator/reconcile/deployment-finding.ts'
import { listenerOf } from '../../../operator/reconcile/kafka-listener.ts'
import { worstWords } from '../../../operator/reconcile/pod-words.ts'
import { roundUp } from '../../../operator/reconcile/process-figures.ts'
import { readProbe } from '../../../operator/reconcile/read-probe.ts'
import { summarise } from '../../../operator/reconcile/status.ts'
import { statusField, strimziStateOf } from '../../../operator/reconcile/strimzi-status.ts'
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
    assert.deepEqual(failed(new ProbeError('PP_BUS_AUTH', 'no')), { status: 'False', reason: 'BusAuth', message: 'no' })
    assert.equal(conditionsOf({ Ready: good('R', 'x'.repeat(9_999)) }, [], at)[0]?.message.length, 1_024)
  })

  test('are summed up by the first cause', () => {
    const fine = { KafkaReady: good('Ready', ''), DatabaseReady: good('Prepared', ''), ConsumersReady: good('Running', ''), CrawlersReady: good('Running', '') }

    assert.equal(summarise(fine).Ready?.status, 'True')
    assert.deepEqual(summarise({ ...fine, ConsumersReady: waiting('Progressing', 'w'), CrawlersReady: failed(new ProbeError('PP_BUS_AUTH', 'no')) }).Ready, { status: 'False', reason: 'BusAuth', message: 'no' })
    assert.deepEqual(summarise({ ...fine, ConsumersReady: waiting('Progressing', 'w') }).Ready, { status: 'False', reason: 'Progressing', message: 'w' })
    assert.equal(summarise({ ...fine, Suspended: good('Suspended', 's') }).Ready?.reason, 'Suspended')
    assert.deepEqual(summarise({ Paused: good('Paused', 'p') }).Ready, { status: 'Unknown', reason: 'Paused', message: 'p' })
  })
})

suite('readProbe', () => {
  test('takes what the API server let through', () => {
    assert.equal(readProbe(probeObject()).spec.kafka.topic.name, 'ipfs-nodes')
  })

  test('names every field that cannot be honoured yet, and every one that is wrong', () => {
    const spec = { backup: { enabled: true }, consumer: { dump: { format: 'Parquet' } }, scans: [{ name: 'main', network: { preset: 'ipfs' }, passive: { enabled: true }, storage: { claim: 'x' } }] }

    assert.throws(() => readProbe(probeObject(spec)), (err: ProbeError) => {
      assert.equal(err.code, 'PP_NOT_SUPPORTED')
      assert.deepEqual((err.details['problems'] as string[]).map(problem => problem.slice(0, problem.indexOf(':'))), ['spec.consumer.dump.format', 'spec.backup.enabled'])
      return true
    })
    assert.throws(() => readProbe({ ...probeObject(), spec: { scans: [] } }), { code: 'PP_SPEC_INVALID', message: /spec\.scans: / })
    assert.throws(() => readProbe({ ...probeObject(), spec: { scans: [{ name: 'main', network: { preset: 'ipfs' } }] } }), { code: 'PP_SPEC_INVALID', message: /spec\.kafka: is required/ })
  })
})

suite('what Strimzi says', () => {
  test('counts only for the generation that it is about', () => {
    const ready = [{ type: 'Ready', status: 'True' }]

    assert.deepEqual(strimziStateOf(object({ observedGeneration: 2, conditions: ready })), { state: 'ready' })
    assert.deepEqual(strimziStateOf(object({ observedGeneration: 1, conditions: ready })), { state: 'waiting' })
    assert.deepEqual(strimziStateOf(object({ observedGeneration: 2, conditions: [{ type: 'Ready', status: 'False', reason: 'NotSupported', message: 'm' }] })), { state: 'failed', message: 'NotSupported: m' })
    assert.deepEqual(strimziStateOf(object({ observedGeneration: 2, conditions: [{ type: 'NotReady', status: 'True', reason: 'R', message: 'm' }] })), { state: 'failed', message: 'R: m' })
    assert.equal(statusField(undefined, 'x'), undefined)
  })

  test('gives the listener that is named, the only one, or the one that fits', () => {
    const listeners = [{ name: 'ext', type: 'route', tls: true }, { name: 'plain', type: 'internal', tls: false }, { name: 'tls', type: 'internal', tls: true, authentication: { type: 'tls' } }]
    const kafka = (names: string[]): KubeObject => object({ listeners: names.map(name => ({ name, bootstrapServers: `${name}:9092`, certificates: ['PEM'] })) }, { spec: { kafka: { listeners: listeners.filter(({ name }) => names.includes(name)) } } })
    const probe = (strimzi: object, authentication: object = {}): ReturnType<typeof clusterProbe> => clusterProbe({ kafka: { strimzi: { cluster: 'x', ...strimzi }, authentication } })
    const everything = kafka(['ext', 'plain', 'tls'])

    assert.deepEqual(listenerOf(everything, probe({ listener: 'ext' })), { bootstrapServers: ['ext:9092'], tls: true, caPem: 'PEM' })
    assert.deepEqual(listenerOf(everything, probe({})).bootstrapServers, ['plain:9092'])
    assert.deepEqual(listenerOf(everything, probe({}, { type: 'tls' })).bootstrapServers, ['tls:9092'])
    assert.deepEqual(listenerOf(kafka(['ext']), probe({})).bootstrapServers, ['ext:9092'])
    assert.throws(() => listenerOf(everything, probe({ listener: 'none' })), { code: 'PP_KAFKA_MISSING', message: /no listener named none \(it has ext, plain, tls\)/ })
    assert.throws(() => listenerOf({ ...everything, status: {} }, probe({})), { code: 'PP_KAFKA_MISSING', message: /no address yet/ })
  })
})

suite('what pods and Deployments say', () => {
  const pod = (container: object, conditions: object[] = []): KubeObject => object({ conditions, containerStatuses: [container] })
  const crash = pod({ state: { waiting: { reason: 'CrashLoopBackOff', message: 'back-off' } }, lastState: { terminated: { exitCode: 1, message: 'PP_STORE_AUTH: no' } } })

  test('is the worst pod\'s own words, with the code of its last ones', () => {
    const pull = pod({ state: { waiting: { reason: 'ImagePullBackOff', message: 'm' } } })

    assert.deepEqual(worstWords([crash, pull]), { reason: 'ImagePullBackOff', message: 'm', code: undefined })
    assert.deepEqual(worstWords([crash]), { reason: 'CrashLoopBackOff', message: 'PP_STORE_AUTH: no', code: 'PP_STORE_AUTH' })
    assert.deepEqual(worstWords([pod({}, [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: 'no node' }])]), { reason: 'Unschedulable', message: 'no node', code: undefined })
    assert.deepEqual(worstWords([pod({ state: { terminated: { exitCode: 2, message: 'x' } } })])?.reason, 'Error')
    assert.equal(worstWords([pod({ state: { waiting: { reason: 'ContainerCreating' } } }), pod({ state: { terminated: { exitCode: 0 } } }), object({})]), undefined)
  })

  test('is good only for the generation that was asked for and all replicas', () => {
    const whole = { observedGeneration: 2, replicas: 1, updatedReplicas: 1, readyReplicas: 1 }
    const deployment = (status: object): KubeObject => object({ ...whole, ...status }, { spec: { replicas: 1 } })

    assert.equal(deploymentFinding('d', deployment({}), []).status, 'True')
    assert.equal(deploymentFinding('d', deployment({ observedGeneration: 1 }), []).status, 'Unknown')
    assert.equal(deploymentFinding('d', deployment({ replicas: 2 }), []).message, 'd: 1 of 1 ready')
    assert.equal(deploymentFinding('d', undefined, []).message, 'd: is being made')
    assert.deepEqual(deploymentFinding('d', deployment({ readyReplicas: 0 }), [crash]), { status: 'False', reason: 'StoreAuth', message: 'd: CrashLoopBackOff: PP_STORE_AUTH: no' })
    assert.equal(deploymentFinding('d', deployment({ readyReplicas: 0, conditions: [{ type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message: 'quota' }] }), []).message, 'd: quota')
  })

  test('is told of pods of the present template alone: what those before it said may be mended', () => {
    const template = (hash: string): object => ({ metadata: { annotations: { [CONFIG_HASH]: hash } } })
    const of = (hash: string, rest: object = {}): KubeObject => ({ ...crash, metadata: { name: 'p', annotations: { [CONFIG_HASH]: hash }, ...rest } })
    const deployment = object({ observedGeneration: 2, replicas: 1, updatedReplicas: 1, readyReplicas: 0 }, { spec: { replicas: 1, template: template('new') } })

    assert.equal(deploymentFinding('d', deployment, [of('old')]).message, 'd: 0 of 1 ready')
    assert.equal(deploymentFinding('d', deployment, [of('new', { deletionTimestamp: '2026-01-01T00:00:00Z' })]).message, 'd: 0 of 1 ready')
    assert.equal(deploymentFinding('d', deployment, [of('old'), of('new')]).reason, 'StoreAuth')
  })

  test('is rounded where it changes all day', () => {
    assert.deepEqual([0, 1, 9, 10, 11, 12_345].map(roundUp), [0, 1, 10, 10, 100, 100_000])
  })
})

suite('refuseConflicts', () => {
  const older = (spec: object, metadata: object = {}): KubeObject => probeObject(spec, { name: 'older', uid: 'u-0', creationTimestamp: '2025-01-01T00:00:00Z', ...metadata })

  test('lets the older one win: for a topic, and for a database with another retention', () => {
    assert.throws(() => {
      refuseConflicts(clusterProbe(), [older({})])
    }, { code: 'PP_OWNERSHIP_CONFLICT', message: /lab\/older is older and uses the same topic/ })
    assert.throws(() => {
      refuseConflicts(clusterProbe(), [older({ kafka: { brokers: ['other:1'] }, retention: { after: '24h' } })])
    }, { message: /keeps the same database for 24h/ })
    refuseConflicts(clusterProbe(), [older({}, { creationTimestamp: '2027-01-01T00:00:00Z' }), older({ kafka: { brokers: ['other:1'] } }), probeObject()])
  })

  test('knows a database by its address however that is written', () => {
    const mysql = clusterProbe().spec.mysql
    const at = (host: string): object => ({ mysql: { ...mysql, host } })

    assert.throws(() => {
      refuseConflicts(readProbe(probeObject(at('2001:db8::a'))), [older({ ...at('[2001:DB8::A]'), kafka: { brokers: ['other:1'] }, retention: { after: '24h' } })])
    }, { message: /keeps the same database for 24h/ })
  })

  test('takes two of one second in the same order, whoever asks', () => {
    const twin = probeObject({}, { name: 'twin', uid: 'u-0' })

    assert.throws(() => {
      refuseConflicts(clusterProbe(), [twin])
    }, { code: 'PP_OWNERSHIP_CONFLICT' })
    refuseConflicts(readProbe(twin), [probeObject()])
  })
})
