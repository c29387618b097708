// The operator on a real API server: from one manifest to all its objects, and back to nothing.
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { privateKeyFromProtobuf } from '@libp2p/crypto/keys'
import { RULES } from '../../../operator/rbac.ts'
import { beginsAndEndsBackups } from '../../support/cluster/backup-scene.ts'
import { ClusterRig, missingCluster, probeOf } from '../../support/cluster/cluster-rig.ts'
import { OPERATOR_USER } from '../../support/cluster/operator-process.ts'
import { quiet, writesOf } from '../../support/cluster/quiet.ts'
import { StandInStrimzi } from '../../support/cluster/stand-in-strimzi.ts'
import { until } from '../../support/until.ts'
import type { KubeObject } from '../../../operator/runtime/kube-object.ts'
import type { OperatorProcess } from '../../support/cluster/operator-process.ts'

const FULL = process.env['PEERPROBE_FULL'] === '1'
const LIMIT_MS = 120_000
const VOLUME = { accessModes: ['ReadWriteOnce'], storageClassName: '' }
const QUIET_MS = 3_000
const REST_MS = FULL ? 600_000 : 20_000

suite('the operator on a real API server', missingCluster === undefined ? {} : { skip: missingCluster }, () => {
  const stack = new AsyncDisposableStack()
  let rig: ClusterRig
  let strimzi: StandInStrimzi
  let operator: OperatorProcess

  before(async () => {
    rig = stack.use(await ClusterRig.open())
    await rig.installPodMonitors()
    await rig.plane.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'kafka' } })
    strimzi = stack.use(new StandInStrimzi(rig.plane, 'kafka'))
    operator = rig.operator()
  })
  after(async () => {
    await stack.disposeAsync()
  })

  const revision = async (namespace: string, name: string): Promise<string | undefined> => (await rig.plane.get<KubeObject>('deployment', name, '-n', namespace)).metadata.annotations?.['deployment.kubernetes.io/revision']

  test('creates every object of a PeerProbe, which becomes Ready, and prints the columns', async () => {
    await rig.namespace('whole')
    await rig.probe('whole', { scans: [{ name: 'main', network: { preset: 'ipfs' } }, { name: 'fil', network: { preset: 'filecoin' } }], consumer: { replicas: 2 } })
    const { code, stderr } = await rig.plane.kubectl(['wait', '--for=condition=Ready', 'pp/amino', '-n', 'whole', '--timeout=120s'])
    assert.equal(code, 0, stderr)

    const objects = await rig.objects('whole')
    assert.deepEqual(objects.map(text => text.replace(/prepare-[0-9a-f]{8}/, 'prepare')), [
      'ConfigMap/amino-consumer',
      'ConfigMap/amino-crawler-fil',
      'ConfigMap/amino-crawler-main',
      'ConfigMap/amino-prepare',
      ...['retention', 'sessions'].map(job => `ConfigMap/amino-${job}`),
      ...['retention', 'sessions'].map(job => `CronJob/amino-${job}`),
      'Deployment/amino-consumer',
      'Deployment/amino-crawler-fil',
      'Deployment/amino-crawler-main',
      'Job/amino-prepare',
      'NetworkPolicy/amino-consumer',
      'NetworkPolicy/amino-crawler-fil',
      'NetworkPolicy/amino-crawler-main',
      'PodDisruptionBudget/amino-consumer',
      'Secret/amino-hash-key',
      'Secret/amino-identity-fil',
      'Secret/amino-identity-main',
      'ServiceAccount/amino-peerprobe'
    ])
    const { stdout } = await rig.plane.kubectl(['get', 'pp', '-n', 'whole', '-o', 'wide'])
    assert.match(stdout, /^NAME +READY +SCANS +PEERS +LAG +LAST CRAWL +AGE +MESSAGE\namino +True +2\/2 +\d+s +everything runs\n$/)
    const { stdout: scale } = await rig.plane.kubectl(['get', 'pp', 'amino', '-n', 'whole', '--subresource=scale', '-o', 'jsonpath={.spec.replicas} {.status.replicas} {.status.selector}'])
    assert.equal(scale, '2 2 app.kubernetes.io/component=consumer,peerprobe.dev/probe=amino')
  })

  test('rolls only the crawler whose interval was changed', async () => {
    await rig.probe('whole', { scans: [{ name: 'main', network: { preset: 'ipfs' }, active: { interval: '20m' } }, { name: 'fil', network: { preset: 'filecoin' } }], consumer: { replicas: 2 } })
    await until('the crawler is rolled', async () => await revision('whole', 'amino-crawler-main') === '2', LIMIT_MS)

    assert.deepEqual([await revision('whole', 'amino-crawler-fil'), await revision('whole', 'amino-consumer')], ['1', '1'])
  })

  test('rolls the pods that read a Secret when it is changed', async () => {
    await rig.plane.apply({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'mysql', namespace: 'whole', labels: { 'peerprobe.dev/use': 'true' } }, stringData: { username: 'probe', password: 'rotated' } })
    await rig.plane.kubectl(['annotate', 'pp', 'amino', '-n', 'whole', 'touched=1'])
    await until('the consumers are rolled', async () => await revision('whole', 'amino-consumer') === '2', LIMIT_MS)

    assert.equal(await revision('whole', 'amino-crawler-fil'), '1')
  })

  test('removes the objects of a deleted scan, and stops everything on suspend', async () => {
    await rig.probe('whole', { scans: [{ name: 'main', network: { preset: 'ipfs' }, active: { interval: '20m' } }], suspend: true })
    await until('the scan is gone', async () => !(await rig.objects('whole')).some(text => text.includes('crawler-fil')), LIMIT_MS)
    await rig.untilReady('whole', 'False', { reason: 'Suspended' })

    for (const name of ['amino-consumer', 'amino-crawler-main']) {
      assert.equal(((await rig.plane.get<KubeObject>('deployment', name, '-n', 'whole'))['spec'] as { replicas: number }).replicas, 0)
    }
  })

  test('gives a passive node its own key, created once, and a Service; removes the Service again', async () => {
    const scan = (passive: object): object => ({ name: 'main', network: { preset: 'ipfs' }, active: { interval: '20m' }, passive })
    const services = async (): Promise<string[]> => await rig.objects('whole', 'service')
    await rig.probe('whole', { scans: [scan({ enabled: true, expose: { type: 'NodePort', annotations: { team: 'net' } } })] })
    await rig.untilReady('whole', 'True')
    assert.deepEqual(await services(), ['Service/amino-crawler-main'])
    const key = await rig.plane.get<{ data: Record<string, string> }>('secret', 'amino-identity-main', '-n', 'whole')
    const text = Buffer.from(key.data['identity.key'] ?? '', 'base64').toString()
    assert.match(privateKeyFromProtobuf(Buffer.from(text, 'base64')).publicKey.toString(), /^12D3Koo/)
    const { stdout } = await rig.plane.kubectl(['get', 'deployment', 'amino-crawler-main', '-n', 'whole', '-o', 'jsonpath={.spec.template.spec.containers[0].ports[*].name} {.spec.template.spec.volumes[*].name}'])
    assert.equal(stdout, 'admin p2p-tcp p2p-quic p2p-ws tmp config identity')
    await rig.probe('whole', { scans: [scan({ enabled: true })] })
    await until('the Service is gone', async () => (await services()).length === 0, LIMIT_MS)

    assert.deepEqual((await rig.plane.get<{ data: Record<string, string> }>('secret', 'amino-identity-main', '-n', 'whole')).data, key.data)
  })

  test('has its pods scraped if the Prometheus operator is installed', async () => {
    const { spec } = await rig.plane.get<{ spec: { selector: { matchLabels: Record<string, string> }, podMetricsEndpoints: [{ port: string }] } }>('podmonitor', 'amino', '-n', 'whole')
    const labels = Object.entries(spec.selector.matchLabels).map(([name, value]) => `${name}=${value}`).join(',')
    const scraped = async (): Promise<Set<string | undefined>> => {
      const { items } = await rig.plane.get<{ items: (KubeObject & { spec: { containers: [{ ports?: { name: string }[] }] } })[] }>('pods', '-n', 'whole', '-l', labels)
      const withPort = items.filter(pod => pod.spec.containers[0].ports?.some(({ name }) => name === spec.podMetricsEndpoints[0].port))
      return new Set(withPort.map(({ metadata }) => metadata.labels?.['app.kubernetes.io/component']))
    }

    // During a rollout a crawler has no pod for a while: the old pod ends before the new one is created.
    await until('a crawler and a consumer have the port', async () => new Set(['crawler', 'consumer']).isSubsetOf(await scraped()), LIMIT_MS)
  })

  test('leaves nothing behind when a PeerProbe is deleted', async () => {
    await rig.plane.kubectl(['delete', 'pp', 'amino', '-n', 'whole', '--timeout=120s'])
    await until('nothing is left', async () => (await rig.objects('whole')).length === 0, LIMIT_MS)
  })

  test('uses a Strimzi Kafka in another namespace that allows it: topics, user and its Secret', async () => {
    await rig.namespace('guest')
    await strimzi.kafka('events', { 'peerprobe.dev/allowed-namespaces': 'other, guest' })
    await rig.probe('guest', { kafka: { strimzi: { cluster: 'events', namespace: 'kafka' }, authentication: { type: 'scram-sha-512' } } })
    await rig.untilReady('guest', 'True')

    assert.deepEqual(await rig.objects('kafka', 'kafkatopic,kafkauser'), ['KafkaTopic/ipfs-nodes', 'KafkaTopic/ipfs-nodes-dead-letters', 'KafkaUser/guest-amino-peerprobe'])
    assert.ok((await rig.objects('guest')).includes('Secret/guest-amino-peerprobe'))
    const { data } = await rig.plane.get<{ data: Record<string, string> }>('configmap', 'amino-crawler-main', '-n', 'guest')
    const config = JSON.parse(data['process.json'] ?? '') as { bus: { kafka: unknown } }
    assert.deepEqual(config.bus.kafka, {
      brokers: ['events-kafka-bootstrap.kafka.svc:9093'],
      clientId: 'ipfs-node-client',
      tls: { caFile: '/etc/peerprobe/config/kafka-ca.crt' },
      sasl: { mechanism: 'scram-sha-512', username: 'guest-amino-peerprobe', passwordFile: '/etc/peerprobe/kafka-user/password' }
    })
  })

  test('keeps the topics and removes the user when that PeerProbe is deleted, and later takes over the topics', async () => {
    await rig.plane.kubectl(['delete', 'pp', 'amino', '-n', 'guest', '--timeout=120s'])
    await until('the user is gone', async () => (await rig.objects('kafka', 'kafkatopic,kafkauser')).join() === 'KafkaTopic/ipfs-nodes,KafkaTopic/ipfs-nodes-dead-letters', LIMIT_MS)
    await rig.probe('guest', { kafka: { strimzi: { cluster: 'events', namespace: 'kafka' } } })

    await rig.untilReady('guest', 'True')
  })

  test('removes the topics as well if the policy says so', async () => {
    await rig.probe('guest', { kafka: { strimzi: { cluster: 'events', namespace: 'kafka' }, topic: { deletionPolicy: 'Delete' } } })
    await rig.plane.kubectl(['delete', 'pp', 'amino', '-n', 'guest', '--timeout=120s'])

    await until('nothing is left', async () => (await rig.objects('kafka', 'kafkatopic,kafkauser')).length === 0, LIMIT_MS)
  })

  test('runs the example unchanged', async () => {
    await strimzi.kafka('events', { 'peerprobe.dev/allowed-namespaces': 'peerprobe' })
    await rig.plane.apply(
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'peerprobe' } },
      { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'mysql-ipfs', namespace: 'peerprobe', labels: { 'peerprobe.dev/use': 'true' } }, stringData: { username: 'probe', password: 'secret' } },
      { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'mysql-ca', namespace: 'peerprobe', labels: { 'peerprobe.dev/use': 'true' } }, stringData: { 'ca.crt': 'PEM' } },
      { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'peerprobe-dumps', namespace: 'peerprobe', labels: { 'peerprobe.dev/use': 'true' } }, spec: { ...VOLUME, volumeName: 'peerprobe-dumps', resources: { requests: { storage: '1Gi' } } } },
      { apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name: 'peerprobe-dumps' }, spec: { ...VOLUME, capacity: { storage: '1Gi' }, hostPath: { path: '/dumps' } } }
    )
    const { code, stderr } = await rig.plane.kubectl(['apply', '-f', fileURLToPath(new URL('../../../examples/peerprobe.yaml', import.meta.url))])
    assert.equal(code, 0, stderr)
    await rig.untilReady('peerprobe', 'True')
    const { stdout } = await rig.plane.kubectl(['get', 'deployment', 'amino-consumer', '-n', 'peerprobe', '-o', 'jsonpath={.spec.template.spec.volumes[*].name}'])

    assert.equal(stdout, 'tmp config kafka-user mysql mysql-ca dumps')
  })

  test('continues after an operator was killed, and one at a time leads', async () => {
    await rig.namespace('handover')
    await using second = rig.operator()
    await rig.probe('handover')
    await operator.kill()
    await rig.untilReady('handover', 'True')
    operator = second
    const { spec } = await rig.plane.get<{ spec: { holderIdentity: string } }>('lease', 'peerprobe-operator', '-n', 'default')

    assert.ok(spec.holderIdentity.endsWith(`-${String(second.pid)}`))
    assert.equal(await second.stop(), 0)
    operator = rig.operator()
  })

  test('continues after the API server was killed and restarted', async () => {
    await rig.namespace('restart')
    await rig.plane.restartApiServer()
    await rig.probe('restart')
    await rig.untilReady('restart', 'True')
  })

  test('makes no write request at rest except for the lease', async () => {
    await rig.namespace('rest')
    await rig.plane.apply(...Array.from({ length: 50 }, (_, i) => probeOf('rest', { kafka: { brokers: [`kafka-${String(i)}:9092`] }, mysql: { host: `db-${String(i)}`, database: 'ipfs', credentialsSecret: { name: 'mysql' } } }, `probe-${String(i)}`)))
    await until('all are ready', async () => {
      const { items } = await rig.plane.get<{ items: { status?: { summary?: string } }[] }>('pp', '-n', 'rest')
      return items.length === 50 && items.every(({ status }) => status?.summary === 'Running: everything runs')
    }, 120_000)
    const count = await quiet(rig.plane, QUIET_MS)
    await delay(REST_MS)

    const { items } = await rig.plane.get<{ items: { note?: string, eventTime: string | null }[] }>('events.events.k8s.io', '-n', 'rest')
    const notes = items.filter(({ eventTime }) => eventTime !== null).map(({ eventTime, note }) => `${String(eventTime)} ${note ?? ''}`).sort().slice(-6)
    assert.deepEqual((await writesOf(rig.plane)).slice(count), [], `${new Date().toISOString()} ${JSON.stringify(notes)}`)
  })

  test('uses no right that its role does not grant, and its role grants no right that is never used', async () => {
    await beginsAndEndsBackups(rig, 'backups')
    const asked = new Set<string>()

    for (const { user, verb, objectRef } of await rig.plane.audit()) {
      if (user.username === OPERATOR_USER && objectRef !== undefined) {
        const { apiGroup = '', resource, subresource } = objectRef
        asked.add(`${verb} ${apiGroup}/${resource}${subresource === undefined ? '' : `/${subresource}`}`)
      }
    }

    const granted = RULES.flatMap(({ apiGroups: [group = ''], resources, verbs }) => resources.flatMap(resource => verbs.map(verb => `${verb} ${group}/${resource}`)))
    assert.deepEqual([...asked].filter(right => !granted.includes(right)), [])
    assert.deepEqual(granted.filter(right => !asked.has(right) && !IMPLIED.has(right)), [])
  })
})

// Rights that the API server checks without a separate request: server-side apply may create, and owner references that
// block deletion need `finalizers`.
const IMPLIED = new Set([
  'update peerprobe.dev/peerprobes/finalizers',
  ...['configmaps', 'serviceaccounts', 'secrets', 'services'].map(resource => `create /${resource}`),
  'create apps/deployments',
  'create batch/jobs',
  'create batch/cronjobs',
  'create policy/poddisruptionbudgets',
  'create networking.k8s.io/networkpolicies',
  'create monitoring.coreos.com/podmonitors',
  ...['kafkatopics', 'kafkausers'].map(resource => `create kafka.strimzi.io/${resource}`)
])
