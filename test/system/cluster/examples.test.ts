// Each example as a user applies it: taken by the API server field by field, and Ready once what its head asks for is there.
import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { after, before, suite, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'
import { PeerProbe } from '../../../operator/api/v1alpha1.ts'
import { ClusterRig, missingCluster } from '../../support/cluster/cluster-rig.ts'
import { StandInStrimzi } from '../../support/cluster/stand-in-strimzi.ts'
import type { KubeObject } from '../../../operator/runtime/kube-object.ts'

const ROOT = fileURLToPath(new URL('../../../', import.meta.url))
const FILES = globSync('examples/*.yaml', { cwd: ROOT }).sort()
const LIMIT_MS = 120_000
const VOLUME = { accessModes: ['ReadWriteOnce'], storageClassName: '', volumeMode: 'Filesystem' }
const USE = { 'peerprobe.dev/use': 'true' }

const read = (file: string): PeerProbe => PeerProbe.parse(parse(readFileSync(`${ROOT}${file}`, 'utf8')))
const inCluster = FILES.filter(file => read(file).spec.mysql !== undefined)

suite('the examples', missingCluster === undefined ? {} : { skip: missingCluster }, () => {
  const stack = new AsyncDisposableStack()
  let rig: ClusterRig

  before(async () => {
    rig = stack.use(await ClusterRig.open())
    stack.use(await StandInStrimzi.open(rig.plane, 'peerprobe'))
    await rig.namespace('peerprobe')
    await stack.use(new StandInStrimzi(rig.plane, 'peerprobe')).kafka('events')
    const policy = { namespaces: { peerprobe: { hostNetwork: true, privateAddresses: true } } }
    rig.operator(['--policy', JSON.stringify(policy)])
  })
  after(async () => {
    await stack.disposeAsync()
  })

  // A simulated node for each scan that asks for nodes by their labels.
  async function nodesFor ({ metadata: { name }, spec: { scans } }: PeerProbe): Promise<object[]> {
    const { apiVersion, kind, metadata, spec, status } = await rig.plane.get<KubeObject>('node', 'kwok-0')

    return scans.flatMap(({ name: scan, pod }) => pod.nodeSelector === undefined
      ? []
      : [{
          apiVersion,
          kind,
          spec,
          status,
          metadata: { name: `${name}-${scan}`, annotations: metadata.annotations, labels: { ...metadata.labels, ...pod.nodeSelector } }
        }])
  }

  test('are indexed, each with what it shows', () => {
    const index = readFileSync(`${ROOT}examples/README.md`, 'utf8')

    assert.deepEqual([...index.matchAll(/^\| \[(.+)\]\(\1\) \|/gm)].map(([, file]) => `examples/${file!}`).sort(), FILES)
  })

  for (const file of FILES) {
    test(`${file} is taken by the API server, every field of it`, async () => {
      // Those for one machine have embedded parts instead of these.
      const laptop = { kafka: { brokers: ['kafka:9092'] }, mysql: { host: 'mysql', database: 'lab', credentialsSecret: { name: 'mysql' } } }
      const document = parse(readFileSync(`${ROOT}${file}`, 'utf8')) as { spec: Record<string, unknown> }
      const { consumer } = read(file).spec
      const spec = inCluster.includes(file) ? document.spec : { ...document.spec, ...laptop, consumer: { dump: { ...consumer.dump, volume: { claim: 'dumps' } } } }
      const { code, stderr } = await rig.plane.kubectl(['apply', '--dry-run=server', '--validate=strict', '-f', '-'], JSON.stringify({ ...document, spec }))

      assert.equal(code, 0, stderr)
      assert.doesNotMatch(stderr, /Warning/)
    })
  }

  for (const file of inCluster) {
    test(`${file} becomes Ready beside what its head asks for`, async () => {
      const probe = read(file)
      const { metadata: { name } } = probe
      await rig.plane.apply(...needsOf(probe), ...await nodesFor(probe))
      const { code, stderr } = await rig.plane.kubectl(['apply', '-f', `${ROOT}${file}`])
      assert.equal(code, 0, stderr)
      await rig.untilReady('peerprobe', 'True', { name, limitMs: LIMIT_MS })
      const { items } = await rig.plane.get<{ items: unknown[] }>('deployments', '-n', 'peerprobe', '-l', `peerprobe.dev/probe=${name},app.kubernetes.io/component=crawler`)

      assert.equal(items.length, probe.spec.scans.length)
      // Most name the same topic and database, which one PeerProbe holds; the topic stays when it goes.
      assert.equal((await rig.plane.kubectl(['delete', 'pp', name, '-n', 'peerprobe', '--timeout=90s'])).code, 0)
      assert.equal((await rig.plane.kubectl(['delete', 'kafkatopic', '-A', '--all', '--timeout=90s'])).code, 0)
    })
  }
})

/** The Secrets and volumes that a PeerProbe names, which allow it. */
function needsOf ({ spec: { scans, kafka, mysql, consumer, places } }: PeerProbe): object[] {
  const authorities = [kafka?.tls?.caSecret, mysql?.tls?.caSecret]
  const users = [kafka?.authentication.secret, mysql?.credentialsSecret.name]
  const claims = [consumer.dump.volume?.claim, places?.volume.claim, ...scans.map(({ storage }) => storage?.claim)]

  return [
    ...authorities.flatMap(authority => authority === undefined ? [] : [secret(authority.name, { [authority.key]: 'PEM' })]),
    ...users.flatMap(name => name === undefined ? [] : [secret(name, { username: 'probe', password: 'secret' })]),
    ...claims.flatMap(name => name === undefined ? [] : volume(name))
  ]
}

const secret = (name: string, stringData: Record<string, string>): object => ({ apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace: 'peerprobe', labels: USE }, stringData })

const volume = (name: string): object[] => [
  { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name, namespace: 'peerprobe', labels: USE }, spec: { ...VOLUME, volumeName: name, resources: { requests: { storage: '1Gi' } } } },
  { apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name }, spec: { ...VOLUME, capacity: { storage: '1Gi' }, hostPath: { path: `/${name}` } } }
]
