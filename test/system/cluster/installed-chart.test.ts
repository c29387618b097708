// The chart as users install it, from a registry that needs a Secret: the operator runs in its pod with its own account,
// and creates pods that run.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, suite, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { kafka } from '../../../scripts/provision/kafka.ts'
import { mariadb } from '../../../scripts/provision/mariadb.ts'
import { ClusterRig, missingCluster, probeOf } from '../../support/cluster/cluster-rig.ts'
import { enterNodeNetwork, missingNodeNetwork, NODE_ADDRESS } from '../../support/cluster/runner/node-network.ts'
import { PRIVATE_IMAGE } from '../../support/cluster/runner/registry.ts'
import { openTogether } from '../../support/open-together.ts'
import { KafkaServer } from '../../support/servers/kafka-server.ts'
import { mariadbKind } from '../../support/servers/mariadb-server.ts'
import { SqlServer } from '../../support/servers/sql-server.ts'
import { TempFolder } from '../../support/temp-folder.ts'
import { until } from '../../support/until.ts'
import type { KubeObject } from '../../../operator/runtime/kube-object.ts'
import type { CommandEnd } from '../../support/servers/control-plane.ts'

const [jars, server] = [kafka.find(), mariadb.find()]
const missing = ('missing' in jars ? jars.missing : undefined) ?? ('missing' in server ? server.missing : undefined) ?? missingCluster ?? missingNodeNetwork()
const CHART = fileURLToPath(new URL('../../../helm/peerprobe', import.meta.url))
const METRICS_PAGE = fileURLToPath(new URL('../../../docs/reference/metrics.md', import.meta.url))
const SYSTEM = 'peerprobe-system'
const LIMIT_MS = 120_000
const [repository = '', tag = ''] = PRIVATE_IMAGE.split(':')

interface RunningPod extends KubeObject {
  spec: { containers: { image: string, ports: { name: string, containerPort: number }[] }[] }
  status: { podIP: string }
}
interface PodMonitor extends KubeObject {
  spec: { selector: { matchLabels: Record<string, string> }, podMetricsEndpoints: { port: string, path: string }[] }
}

if (missing === undefined) {
  enterNodeNetwork(import.meta.filename)
}

suite('an installed chart', missing === undefined ? {} : { skip: missing }, () => {
  const stack = new AsyncDisposableStack()
  const folder = stack.use(new TempFolder())
  let rig: ClusterRig
  let probe: KubeObject

  before(async () => {
    const [broker, sql, cluster] = await openTogether<[KafkaServer, SqlServer, ClusterRig]>(stack, [
      KafkaServer.open('at' in jars ? jars.at : '', { host: NODE_ADDRESS }),
      SqlServer.open(mariadbKind('at' in server ? server.at : ''), [], NODE_ADDRESS),
      ClusterRig.open({ runsPods: true, strimzi: false })
    ])
    rig = cluster
    const root = await sql.root()
    await root.query('CREATE DATABASE lab; CREATE USER probe IDENTIFIED BY \'secret\'; GRANT ALL ON lab.* TO probe')
    await root.end()
    probe = probeOf('lab', {
      scans: [{ name: 'main', network: { preset: 'ipfs' }, passive: { enabled: false } }],
      kafka: { brokers: broker.brokers },
      mysql: { host: NODE_ADDRESS, port: sql.port, database: 'lab', credentialsSecret: { name: 'mysql' } }
    })
    await rig.installPodMonitors()
    await rig.namespace('lab')
    await rig.plane.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: SYSTEM } }, pullSecret(SYSTEM))
    const { code, stdout, stderr } = await helm('install', 'probe', CHART, '-n', SYSTEM, '--set', `image.repository=${repository},image.tag=${tag},image.pullSecrets[0].name=registry`, '--set', 'crds.install=false', '--wait', '--timeout', '90s')
    assert.equal(code, 0, `${stdout}${stderr}`)
  })
  after(async () => {
    await stack.disposeAsync()
  })

  const helm = async (...args: string[]): Promise<CommandEnd> => await rig.plane.command('helm', args, undefined, { HELM_CACHE_HOME: folder.file('cache'), HELM_CONFIG_HOME: folder.file('config'), HELM_DATA_HOME: folder.file('data') })
  const pods = async (namespace: string, ...args: string[]): Promise<RunningPod[]> => (await rig.plane.get<{ items: RunningPod[] }>('pods', '-n', namespace, ...args)).items
  const command = async (args: string[], input?: string): Promise<CommandEnd> => await rig.node.exec(SYSTEM, 'probe-operator', ['node', 'operator/commands/main.ts', ...args], input)

  test('lets every pod of a PeerProbe pull its image with the Secrets of its values, and reports a missing one', async () => {
    await rig.plane.apply(probe)
    await rig.untilReady('lab', 'False', { words: /ImagePullBackOff: Back-off pulling image/, limitMs: LIMIT_MS })
    await rig.plane.apply(pullSecret('lab'))
    await rig.untilReady('lab', 'True', { limitMs: LIMIT_MS })
    await rig.plane.kubectl(['create', 'job', 'now', '--from=cronjob/amino-retention', '-n', 'lab'])
    const { code, stderr } = await rig.plane.kubectl(['wait', '--for=condition=Complete', 'job/now', '-n', 'lab', '--timeout=120s'])
    assert.equal(code, 0, stderr)

    const images = (await pods('lab')).map(({ spec }) => spec.containers[0]?.image)
    assert.ok(images.length >= 4)
    assert.deepEqual([...new Set(images)], [PRIVATE_IMAGE])
  })

  test('has a PodMonitor by which every metric of the operator in the reference is scraped', async () => {
    const { spec: { selector: { matchLabels }, podMetricsEndpoints: [endpoint = assert.fail()] } } = await rig.plane.get<PodMonitor>('podmonitor', 'probe-operator', '-n', SYSTEM)
    const [pod = assert.fail()] = await pods(SYSTEM, '-l', Object.entries(matchLabels).map(([name, value]) => `${name}=${value}`).join())
    const port = pod.spec.containers[0]?.ports.find(({ name }) => name === endpoint.port)?.containerPort
    const text = await (await fetch(`http://${pod.status.podIP}:${String(port)}${endpoint.path}`)).text()
    const [, section = ''] = /^## Operator\n([^]*?)(?:\n## |$(?![^]))/m.exec(readFileSync(METRICS_PAGE, 'utf8')) ?? []
    const documented = [...section.matchAll(/^\| `(\w+)`/gm)].map(([, name = '']) => name)

    assert.ok(documented.length > 5)
    assert.deepEqual(documented.filter(name => !text.includes(`# TYPE ${name} `)), [])
    assert.match(text, /^leader_election_master_status\{.*\} 1$/m)
  })

  test('runs `kubectl peerprobe` in the operator\'s pod', async () => {
    const status = await command(['status', 'amino', '-n', 'lab'])
    assert.match(status.stdout, /^PeerProbe lab\/amino (?:is healthy|runs, but needs a look)/, status.stderr)
    assert.match((await command(['status', '-A'])).stdout, /^PeerProbe lab\/amino (?:is healthy|runs, but needs a look)/)
    const same = await command(['plan', '-f', '-'], JSON.stringify(probe))
    assert.match(same.stdout, /^\d+ as they are\n$/, same.stderr)
    const other = await command(['plan', '-f', '-'], JSON.stringify({ ...probe, metadata: { ...probe.metadata, name: 'other' } }))
    assert.match(other.stdout, /^\+ PeerProbe lab\/other\n/, other.stderr)
  })

  test('passes `helm test`: a pod of its image queries the operator through its Service, and is removed afterwards', async () => {
    const { code, stdout, stderr } = await helm('test', 'probe', '-n', SYSTEM, '--logs=false', '--timeout', '90s')
    assert.equal(code, 0, `${stdout}${stderr}`)
    assert.match(stdout, /TEST SUITE:\s+probe-operator-test\n.*\n.*\nPhase:\s+Succeeded/)
    assert.deepEqual(await pods(SYSTEM, '-l', 'app.kubernetes.io/name=peerprobe-operator-test'), [])
  })

  test('fails `helm test` if no operator is ready', async () => {
    await rig.plane.kubectl(['scale', 'deployment', 'probe-operator', '-n', SYSTEM, '--replicas=0'])
    await until('the operator is gone', async () => (await pods(SYSTEM, '-l', 'app.kubernetes.io/name=peerprobe-operator')).length === 0, LIMIT_MS)
    const { code, stderr } = await helm('test', 'probe', '-n', SYSTEM, '--timeout', '150s')
    assert.notEqual(code, 0)
    assert.match(stderr, /probe-operator-test.*fail|fail.*probe-operator-test/i)
    await until('it has said why', () => rig.node.logs(SYSTEM, 'probe-operator-test').includes('PP_OPERATOR_NOT_READY'), LIMIT_MS)
    await rig.plane.kubectl(['scale', 'deployment', 'probe-operator', '-n', SYSTEM, '--replicas=1'])
    await until('the operator leads', async () => (await pods(SYSTEM, '-l', 'app.kubernetes.io/name=peerprobe-operator')).some(({ status }) => (status as { conditions?: { type: string, status: string }[] }).conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') === true), LIMIT_MS)
  })

  test('removes its lease when it is uninstalled, and nothing of the PeerProbe', async () => {
    const leases = async (): Promise<string> => (await rig.plane.kubectl(['get', 'lease', '-n', SYSTEM, '-o', 'name'])).stdout
    assert.match(await leases(), /peerprobe-operator/)
    const { code, stderr } = await helm('uninstall', 'probe', '-n', SYSTEM, '--wait', '--timeout', '90s')
    assert.equal(code, 0, stderr)
    await until('the lease is gone', async () => await leases() === '', LIMIT_MS)

    assert.equal((await rig.condition('lab', 'Ready'))?.status, 'True')
    assert.equal((await rig.plane.get<{ items: unknown[] }>('deployment', '-n', 'lab')).items.length, 2)
  })
})

function pullSecret (namespace: string): KubeObject {
  const auths = Buffer.from(JSON.stringify({ auths: { 'private.example': { auth: 'dTpw' } } })).toString('base64')

  return { apiVersion: 'v1', kind: 'Secret', type: 'kubernetes.io/dockerconfigjson', metadata: { name: 'registry', namespace }, data: { '.dockerconfigjson': auths } }
}
