import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { suite, test } from 'node:test'
import { stringify } from 'yaml'
import { PrepareConfig, RetentionConfig, SessionsConfig } from '../../../core/contracts/job-config.ts'
import { ConsumerConfig, CrawlerConfig } from '../../../core/contracts/process-config.ts'
import { kafkaObjects } from '../../../operator/model/kafka/kafka-objects.ts'
import { disruptionBudget } from '../../../operator/model/namespace-objects.ts'
import { textHash } from '../../../operator/model/naming/text-hash.ts'
import { kafkaConfigFor, storeConfigFor } from '../../../operator/model/pod/access.ts'
import { kafkaMounts, mysqlMounts } from '../../../operator/model/pod/mounts.ts'
import { ADMIN_PORT, CONFIG_HASH, POD_IPS, podTemplate } from '../../../operator/model/pod/pod.ts'
import { owned } from '../../../operator/model/probe/owned.ts'
import { stagesOf } from '../../../operator/model/stages.ts'
import { prepareObjects } from '../../../operator/model/workloads.ts'
import { objectsOf } from '../../../operator/reconcile/plan/plan.ts'
import { clusterProbe, modelInput } from '../../support/cluster/cluster-probe.ts'
import type { ModelInput } from '../../../operator/model/probe/cluster-probe.ts'
import type { Desired } from '../../../operator/model/probe/owned.ts'

interface Template { metadata: { labels: Record<string, string> }, spec: Record<string, unknown> }

interface PodShape { containers: { resources: Record<string, object> }[], initContainers?: unknown, volumes: { emptyDir?: { sizeLimit?: string } }[] }

const all = (spec: object = {}, input: ModelInput = modelInput): Desired[] => objectsOf({ ...stagesOf(clusterProbe(spec), input), kafka: [] })
const configOf = (objects: Desired[], name: string): unknown => JSON.parse((objects.find(({ kind, object }) => kind.kind === 'ConfigMap' && object.metadata.name.startsWith(name))?.object['data'] as Record<string, string>)['process.json']!)
const hashOf = (objects: Desired[], name: string): string => {
  const { template } = objects.find(({ kind, object }) => kind.kind === 'Deployment' && object.metadata.name === name)!.object['spec'] as { template: { metadata: { annotations: Record<string, string> } } }
  return template.metadata.annotations[CONFIG_HASH]!
}
const templatesIn = (value: unknown): Template[] => typeof value !== 'object' || value === null
  ? []
  : Object.entries(value).flatMap(([key, inner]) => key === 'template' ? [inner as Template] : templatesIn(inner))
const GOLDEN = new URL('./golden/minimal.yaml', import.meta.url)

suite('the objects of a PeerProbe', () => {
  test('equal the golden file: a different rendering would restart every pod at an upgrade of the operator', () => {
    const rendered = all().map(({ object }) => stringify(object, { lineWidth: 0 })).join('---\n')

    assert.ok(existsSync(GOLDEN), 'write it with what the next line shows')
    assert.equal(rendered, readFileSync(GOLDEN, 'utf8'))
  })

  test('contain configurations that the processes accept', () => {
    const objects = all({ consumer: { dump: { enabled: true, volume: { claim: 'dumps' } } }, mysql: { host: 'db', database: 'x', credentialsSecret: { name: 'mysql' }, tls: { caSecret: { name: 'ca' } } } })

    assert.deepEqual(CrawlerConfig.parse(configOf(objects, 'amino-crawler-main')).admin, { host: '127.0.0.1', hostVariable: POD_IPS, port: ADMIN_PORT })
    assert.equal(ConsumerConfig.parse(configOf(objects, 'amino-consumer')).dump?.folder, '/var/lib/peerprobe/dumps')
    assert.equal(PrepareConfig.parse(configOf(objects, 'amino-prepare')).createTopics, true)
    assert.equal(RetentionConfig.parse(configOf(objects, 'amino-retention')).afterMs, 2_592_000_000)
    assert.equal(SessionsConfig.parse(configOf(objects, 'amino-sessions')).keepMs, 31_536_000_000)
  })

  test('derive sessions by their own schedule, and not at all where they are not wanted', () => {
    const schedules = (sessions: object): unknown[] => all({ sessions }).filter(({ object }) => object.metadata.name === 'amino-sessions' && object.kind === 'CronJob')
      .map(({ object }) => (object['spec'] as { schedule: string }).schedule)

    assert.deepEqual([schedules({}), schedules({ schedule: '5 4 * * *' }), schedules({ enabled: false })], [['15 * * * *'], ['5 4 * * *'], []])
  })

  test('belong to the PeerProbe, and their pods meet the restricted Pod Security Standard', () => {
    for (const { object } of all()) {
      assert.deepEqual(object.metadata.ownerReferences?.map(({ uid, controller }) => [uid, controller]), [['u-1', true]])
    }
    const template = podTemplate({ images: { workload: 'i' }, entry: 'e', serviceAccount: 's', labels: {}, configHash: 'h', resources: {}, mounts: [], pod: { hostNetwork: true }, restartPolicy: 'Always', probed: true, ports: [] })
    const { spec } = template as { spec: Record<string, unknown> & { containers: { securityContext: unknown }[] } }
    assert.deepEqual(spec.containers[0]?.securityContext, { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } })
    assert.equal(spec['automountServiceAccountToken'], false)
    assert.equal(spec['hostNetwork'], true)
  })

  test('roll exactly the pods that read the changed setting', () => {
    const scans = [{ name: 'main', network: { preset: 'ipfs' } }, { name: 'fil', network: { preset: 'filecoin' } }]
    const before = all({ scans })
    const names = ['amino-crawler-main', 'amino-crawler-fil', 'amino-consumer']
    const rolled = (after: Desired[]): string[] => names.filter(name => hashOf(after, name) !== hashOf(before, name))

    assert.deepEqual(rolled(all({ scans })), [])
    assert.deepEqual(rolled(all({ scans: [{ ...scans[0], active: { interval: '20m' } }, scans[1]] })), ['amino-crawler-main'])
    assert.deepEqual(rolled(all({ scans, consumer: { batch: { maxMessages: 100 } } })), ['amino-consumer'])
    assert.deepEqual(rolled(all({ scans }, { ...modelInput, secretHashes: { mysql: 'h2' } })), ['amino-consumer'])
    assert.deepEqual(rolled(all({ scans }, { ...modelInput, kafka: { ...modelInput.kafka, bootstrapServers: ['other:9092'] } })), names)
  })

  test('prepare again for another database, image, Secret or other default resources, and not for another interval', () => {
    const nameOf = (spec: object, input = modelInput): string => prepareObjects(clusterProbe(spec), input)[1]!.object.metadata.name
    const name = nameOf({})

    assert.equal(nameOf({ scans: [{ name: 'main', network: { preset: 'ipfs' }, active: { interval: '20m' } }] }), name)
    assert.notEqual(nameOf({ mysql: { host: 'other', database: 'ipfs', credentialsSecret: { name: 'mysql' } } }), name)
    assert.notEqual(nameOf({}, { ...modelInput, images: { workload: 'x:2' } }), name)
    assert.notEqual(nameOf({}, { ...modelInput, resources: { ...modelInput.resources, consumer: {} } }), name)
    assert.notEqual(nameOf({}, { ...modelInput, images: { ...modelInput.images, pullSecrets: ['a'] } }), name)
    assert.notEqual(nameOf({ consumer: { pod: { nodeSelector: { disk: 'ssd' } } } }), name)
    assert.notEqual(nameOf({}, { ...modelInput, secretHashes: { mysql: 'h2' } }), name)
  })

  test('all use the configured pull settings if these differ from the default of Kubernetes', () => {
    const specs = (images: ModelInput['images']): Record<string, unknown>[] => all({}, { ...modelInput, images }).flatMap(({ object }) => templatesIn(object).map(({ spec }) => spec))
    const policies = (images: ModelInput['images']): unknown[] => specs(images).map(({ containers }) => (containers as { imagePullPolicy?: string }[])[0]?.imagePullPolicy)
    const [prepare, consumer, crawler, retention, sessions, ...more] = specs({ workload: 'x:1', pullSecrets: ['a', 'b'], pullPolicy: 'Always' })

    assert.deepEqual(more, [])
    assert.deepEqual([prepare, consumer, crawler, retention, sessions].map(spec => spec?.['imagePullSecrets']), Array.from({ length: 5 }, () => [{ name: 'a' }, { name: 'b' }]))
    assert.deepEqual(policies({ workload: 'x:1', pullPolicy: 'Always' }), Array.from({ length: 5 }, () => 'Always'))

    for (const images of [{ workload: 'r.example:5000/x:1', pullPolicy: 'IfNotPresent' }, { workload: 'r.example:5000/x', pullPolicy: 'Always' }, { workload: 'x@sha256:12', pullPolicy: 'IfNotPresent', pullSecrets: [] }]) {
      assert.deepEqual(specs(images).map(spec => [spec['imagePullSecrets'], Object.hasOwn((spec['containers'] as object[])[0] ?? {}, 'imagePullPolicy')]), Array.from({ length: 5 }, () => [undefined, false]))
    }
  })

  test('all have complete requests and limits, even if a PeerProbe gives only some, and no volume grows without bound', () => {
    const names = ['cpu', 'memory']
    const parts = [{}, { consumer: { pod: { resources: { limits: { memory: '64Mi' } } } }, scans: [{ name: 'main', network: { preset: 'ipfs' }, pod: { resources: { requests: { cpu: 3 } } } }] }]

    for (const spec of parts) {
      const pods = all(spec).flatMap(({ object }) => templatesIn(object)).map(({ spec: pod }) => pod as unknown as PodShape)
      assert.equal(pods.length, 5)

      for (const { containers, initContainers, volumes } of pods) {
        assert.deepEqual(containers.map(({ resources }) => [Object.keys(resources['requests'] ?? {}).sort(), Object.keys(resources['limits'] ?? {}).sort()]), [[names, names]])
        assert.equal(initContainers, undefined)
        assert.ok(volumes.every(({ emptyDir }) => emptyDir === undefined || emptyDir.sizeLimit !== undefined))
      }
    }
  })

  test('stop on suspend, and have a disruption budget only for several consumers', () => {
    const replicas = all({ suspend: true }).flatMap(({ kind, object }) => kind.kind === 'Deployment' ? [(object['spec'] as { replicas: number }).replicas] : [])

    assert.deepEqual(replicas, [0, 0])
    assert.equal(disruptionBudget(clusterProbe()).length, 0)
    assert.equal(disruptionBudget(clusterProbe({ consumer: { replicas: 2 } })).length, 1)
  })
})

suite('access', () => {
  test('refer to files and contain no secret', () => {
    const brokers = { brokers: ['k:1'], tls: { caSecret: { name: 'ca' } }, authentication: { type: 'scram-sha-512', secret: 'me' } }
    const { spec } = clusterProbe({ kafka: brokers })
    const access = { bootstrapServers: ['k:1'], tls: true, userSecret: 'me' }

    assert.deepEqual(kafkaConfigFor(spec, access), {
      brokers: ['k:1'],
      clientId: 'ipfs-node-client',
      tls: { caFile: '/etc/peerprobe/kafka-ca/ca.crt' },
      sasl: { mechanism: 'scram-sha-512', usernameFile: '/etc/peerprobe/kafka-user/username', passwordFile: '/etc/peerprobe/kafka-user/password' }
    })
    assert.deepEqual(kafkaMounts(spec, access).map(({ source }) => source), [{ secret: 'me' }, { secret: 'ca' }])
    assert.equal(storeConfigFor(spec).mysql?.passwordFile, '/etc/peerprobe/mysql/password')
    assert.equal('allowPublicKeyRetrieval' in storeConfigFor(spec).mysql!, false)
    assert.equal(storeConfigFor({ ...spec, mysql: { ...spec.mysql, allowPublicKeyRetrieval: true } }).mysql?.allowPublicKeyRetrieval, true)
    assert.deepEqual(mysqlMounts(spec).map(({ source }) => source), [{ secret: 'mysql' }])
    assert.deepEqual(kafkaConfigFor(clusterProbe({ kafka: { ...brokers, authentication: { type: 'tls', secret: 'me' } } }).spec, { ...access, caPem: 'PEM' }).clientCertificate, {
      certFile: '/etc/peerprobe/kafka-user/user.crt',
      keyFile: '/etc/peerprobe/kafka-user/user.key'
    })
  })
})

suite('objects of Strimzi', () => {
  const place = { version: 'v1', cluster: 'events', namespace: 'kafka' }

  test('live in Kafka\'s namespace, carry their owner in labels, and are deleted with the PeerProbe only if allowed', () => {
    const { topics, user } = kafkaObjects(clusterProbe({ kafka: { strimzi: { cluster: 'events', namespace: 'kafka' }, authentication: { type: 'tls' } } }), place)

    assert.deepEqual(topics.map(({ object: { metadata } }) => [metadata.namespace, metadata.name, metadata.ownerReferences]), [['kafka', 'ipfs-nodes', undefined], ['kafka', 'ipfs-nodes-dead-letters', undefined]])
    assert.equal(topics[0]?.object.metadata.labels?.['peerprobe.dev/namespace'], 'lab')
    assert.equal(user?.object.metadata.name, 'lab-amino-peerprobe')
    const here = kafkaObjects(clusterProbe({ kafka: { strimzi: { cluster: 'events' }, authentication: { type: 'tls' }, topic: { deletionPolicy: 'Delete' } } }), { ...place, namespace: 'lab' })
    assert.ok([...here.topics, here.user].every(desired => desired?.object.metadata.ownerReferences?.length === 1))
  })

  test('allow the user exactly what processes and commands do, each right for one name', () => {
    const kafka = { strimzi: { cluster: 'events' }, authentication: { type: 'tls' }, topic: { name: 'lab.visits' }, consumerGroup: 'Lab_1.readers' }
    const { acls } = (kafkaObjects(clusterProbe({ kafka }), place).user!.object['spec'] as { authorization: { acls: unknown[] } }).authorization
    const acl = (type: string, name: string, ...operations: string[]): object => ({ resource: { type, name, patternType: 'literal' }, operations })

    assert.deepEqual(acls, [
      acl('topic', 'lab.visits', 'Read', 'Write', 'Describe'),
      acl('topic', 'lab.visits-dead-letters', 'Read', 'Write', 'Describe'),
      acl('group', 'Lab_1.readers', 'Read', 'Describe'),
      acl('group', 'Lab_1.readers-dead-letters', 'Read', 'Describe')
    ])
    const { topics } = PrepareConfig.parse(configOf(all({ kafka: { ...kafka, strimzi: undefined, brokers: ['k:1'], authentication: {} } }), 'amino-prepare'))
    assert.deepEqual(topics.map(({ name, group }) => [name, group]), [['lab.visits', 'Lab_1.readers'], ['lab.visits-dead-letters', 'Lab_1.readers-dead-letters']])
  })

  test('have a topic and a group for routing tables where a scan asks for them, and no object more', () => {
    const kafka = { strimzi: { cluster: 'events' }, authentication: { type: 'tls' }, topic: { name: 'lab.visits' }, consumerGroup: 'readers' }
    const scans = [{ name: 'main', network: { preset: 'ipfs' }, active: { strategy: 'Topology', neighbours: true } }]
    const spec = { scans, kafka, consumer: { dump: { enabled: true, volume: { claim: 'dumps' } } } }
    const { topics, user } = kafkaObjects(clusterProbe(spec), place)
    const { acls } = (user!.object['spec'] as { authorization: { acls: { resource: { type: string, name: string } }[] } }).authorization
    const objects = all({ ...spec, kafka: { ...kafka, strimzi: undefined, brokers: ['k:1'], authentication: {} } })
    const kinds = (made: Desired[]): string[] => made.map(({ kind, object }) => `${kind.kind} ${object.metadata.name.replace(/-[0-9a-f]{8}$/, '')}`)

    assert.deepEqual(topics.map(({ object }) => object.metadata.name), ['lab.visits', 'lab.visits-dead-letters', 'lab.visits-neighbours'])
    assert.deepEqual(acls.map(({ resource }) => `${resource.type} ${resource.name}`).filter(name => name.endsWith('-neighbours')), ['topic lab.visits-neighbours', 'group readers-neighbours'])
    assert.deepEqual(PrepareConfig.parse(configOf(objects, 'amino-prepare')).topics.at(-1), { name: 'lab.visits-neighbours', partitions: 1, retentionMs: 86_400_000, group: 'readers-neighbours' })
    assert.equal(CrawlerConfig.parse(configOf(objects, 'amino-crawler-main')).neighboursTopic, 'lab.visits-neighbours')
    assert.deepEqual(ConsumerConfig.parse(configOf(objects, 'amino-consumer')).dump?.edges, { topic: 'lab.visits-neighbours', group: 'readers-neighbours' })
    assert.deepEqual(kinds(objects), kinds(all()))
  })

  test('have no user without authentication', () => {
    assert.equal(kafkaObjects(clusterProbe({ kafka: { strimzi: { cluster: 'events' } } }), place).user, undefined)
  })
})

test('textHash distinguishes texts and is stable', () => {
  assert.equal(textHash(''), 'cbf29ce484222325')
  assert.notEqual(textHash('a'), textHash('b'))
  assert.equal(owned({ apiVersion: 'v1', kind: 'X', plural: 'xs', namespaced: true }, clusterProbe(), 'n', { labels: {} }).object.kind, 'X')
})
