// `kubectl peerprobe` beside pods that run: a crawl at once by a real crawler, logs through the API server, and a bundle in
// which a secret that is everywhere around occurs nowhere.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { formatPeerId } from '../../../crawler/peer/peer-id-text.ts'
import { SUPPORT_RULES } from '../../../operator/rbac.ts'
import { kafka } from '../../../scripts/provision/kafka.ts'
import { mariadb } from '../../../scripts/provision/mariadb.ts'
import { ClusterRig, missingCluster } from '../../support/cluster/cluster-rig.ts'
import { enterNodeNetwork, missingNodeNetwork, NODE_ADDRESS } from '../../support/cluster/runner/node-network.ts'
import { KAD_PROTOCOL } from '../../support/network/peer-fixtures.ts'
import { serving, startPeer } from '../../support/network/peers.ts'
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
const COMMANDS = fileURLToPath(new URL('../../../operator/commands/', import.meta.url))
const LIMIT_MS = 180_000
const PERSON = 'supporter'
const RBAC = 'rbac.authorization.k8s.io'

// The password of the database; what others wrote holds it too.
const CANARY = 'c4n4ry-Zp7Q-secret'

interface Scan { name: string, crawlNow?: { state: string, crawlId: number } }

if (missing === undefined) {
  enterNodeNetwork(import.meta.filename)
}

suite('kubectl peerprobe beside pods that run', missing === undefined ? {} : { skip: missing }, () => {
  const stack = new AsyncDisposableStack()
  const folder = stack.use(new TempFolder())
  let rig: ClusterRig

  before(async () => {
    const [broker, sql, cluster] = await openTogether<[KafkaServer, SqlServer, ClusterRig]>(stack, [
      KafkaServer.open('at' in jars ? jars.at : '', { host: NODE_ADDRESS }),
      SqlServer.open(mariadbKind('at' in server ? server.at : ''), [], NODE_ADDRESS),
      ClusterRig.open({ strimzi: false, runsPods: true })
    ])
    rig = cluster
    const peer = stack.use(await startPeer({ host: NODE_ADDRESS, serve: { [KAD_PROTOCOL]: serving([]) } }))
    const bootstrap = `${peer.node.getMultiaddrs()[0]!.decapsulate('/p2p').toString()}/p2p/${formatPeerId(peer.id)}`
    await rig.plane.apply(
      { apiVersion: `${RBAC}/v1`, kind: 'ClusterRole', metadata: { name: PERSON }, rules: SUPPORT_RULES },
      { apiVersion: `${RBAC}/v1`, kind: 'ClusterRoleBinding', metadata: { name: PERSON }, roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name: PERSON }, subjects: [{ apiGroup: RBAC, kind: 'User', name: PERSON }] }
    )
    symlinkSync(join(COMMANDS, 'main.ts'), folder.file('kubectl-peerprobe'))
    symlinkSync(join(COMMANDS, 'kubectl-complete/main.ts'), folder.file('kubectl_complete-peerprobe'))
    rig.operator(['--policy', JSON.stringify({ privateAddresses: true })])
    await rig.namespace('lab')
    const root = await sql.root()
    await root.query(`CREATE DATABASE lab; CREATE USER lab IDENTIFIED BY '${CANARY}'; GRANT ALL ON lab.* TO lab`)
    await root.end()
    await rig.plane.apply(
      { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'database', namespace: 'lab', labels: { 'peerprobe.dev/use': 'true' } }, stringData: { username: 'lab', password: CANARY } },
      { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'database-ca', namespace: 'lab', labels: { 'peerprobe.dev/use': 'true' } }, stringData: { 'ca.crt': readFileSync(sql.caFile, 'utf8') } }
    )
    const network = { name: 'lab', bootstrapPeers: [bootstrap], protocols: [KAD_PROTOCOL] }
    // Another crawl by itself would come in an hour.
    const scan = { network, active: { interval: '1h' }, addresses: { policy: 'Any' } }
    await rig.probe('lab', {
      scans: [{ ...scan, name: 'main' }, { ...scan, name: 'second', passive: { enabled: false } }],
      kafka: { brokers: broker.brokers },
      mysql: { host: NODE_ADDRESS, port: sql.port, database: 'lab', credentialsSecret: { name: 'database' }, tls: { caSecret: { name: 'database-ca' } } }
    })
  })
  after(async () => {
    await stack.disposeAsync()
  })

  const run = async (...args: string[]): Promise<CommandEnd> => await rig.plane.command('kubectl', args, undefined, {
    KUBECONFIG: rig.plane.kubeconfigOf(PERSON),
    PATH: [folder.path, dirname(process.execPath), process.env['PATH']].join(':')
  })
  const peerprobe = async (...args: string[]): Promise<CommandEnd> => await run('peerprobe', ...args)
  const scans = async (): Promise<Scan[]> => (await rig.plane.get<KubeObject & { status: { scans: Scan[] } }>('pp', 'amino', '-n', 'lab')).status.scans
  const crawlers = async (): Promise<string[]> => (await rig.plane.get<{ items: KubeObject[] }>('pods', '-n', 'lab', '-l', 'app.kubernetes.io/component=crawler')).items.map(({ metadata }) => metadata.uid ?? '').sort()
  const started = (scan: string): number => rig.node.logs('lab', `amino-crawler-${scan}`).split('"crawl started"').length - 1

  test('waits until it is ready, and says so in one sentence', async () => {
    const { code, stdout, stderr } = await peerprobe('status', 'amino', '-n', 'lab', '--wait', '--timeout', '3m')

    assert.equal(code, 0, `${stdout}${stderr}`)
    assert.match(stdout, /^PeerProbe lab\/amino (?:is healthy|runs, but needs a look)/)
    assert.match(stdout, /\n {2}crawlers 2\/2, consumers 1\/1, /)
  })

  test('makes one scan crawl at once, without a restart, and says when that is over; the other one is left alone', async () => {
    const before = await crawlers()
    await until('both have crawled once', () => started('main') === 1 && started('second') === 1, LIMIT_MS)
    const { code, stdout, stderr } = await peerprobe('crawl-now', 'amino', 'main', '-n', 'lab', '--wait', '--timeout', '4m')

    assert.equal(code, 0, `${stdout}${stderr}`)
    assert.match(stdout, /^a crawl of main of PeerProbe lab\/amino was asked for \(crawl-now\.peerprobe\.dev\/main: /)
    assert.match(stdout, /\nmain: crawl \d+ is over: 1 peers contacted/)
    assert.deepEqual([started('main'), started('second')], [2, 1])
    assert.deepEqual(await crawlers(), before)
    assert.deepEqual((await scans()).map(({ name, crawlNow }) => [name, crawlNow?.state]), [['main', 'Finished'], ['second', undefined]])
  })

  test('says which scans there are where one is misspelt, and a warning event reports an annotation that has no effect', async () => {
    const { code, stderr } = await peerprobe('crawl-now', 'amino', 'mian', '-n', 'lab')
    assert.equal(code, 64, stderr)
    assert.match(stderr, /spec\.scans has no scan mian; it has: main, second/)
    await run('annotate', 'peerprobe', 'amino', '-n', 'lab', 'peerprobe.dev/crawl-now=soon')
    const shown = /\nCrawlNowIgnored .*annotation peerprobe\.dev\/crawl-now: "soon" is not a time/
    await until('the event is shown', async () => shown.test((await peerprobe('status', 'amino', '-n', 'lab')).stdout), LIMIT_MS)
  })

  test('shows logs of what is chosen', async () => {
    const one = await peerprobe('logs', 'amino', '-n', 'lab', '--scan', 'main')
    assert.equal(one.code, 0, one.stderr)
    assert.ok(one.stdout.trim().split('\n').every(line => line.startsWith('{')), one.stdout.slice(0, 300))
    assert.match(one.stdout, /"this crawl answers a request"/)
    const all = await peerprobe('logs', 'amino', '-n', 'lab')
    assert.deepEqual([...new Set(all.stdout.trim().split('\n').map(line => line.split('-').slice(0, 2).join('-')))].sort(), ['amino-consumer', 'amino-crawler', 'amino-prepare'])
  })

  test('is completed by kubectl itself', async () => {
    assert.match((await run('__complete', 'peerprobe', 'logs', '-n', 'lab', 'am')).stdout, /^amino\n:4\n/)
    assert.match((await run('__complete', 'peerprobe', 'crawl-now', '-n', 'lab', 'amino', '')).stdout, /^main\nsecond\n:4\n/)
  })

  test('writes a bundle in which a secret occurs nowhere, without having read one', async () => {
    const annotations = { 'vault.example/template': CANARY, 'kubectl.kubernetes.io/last-applied-configuration': `{"password":"${CANARY}"}` }
    const about = { namespace: 'lab', labels: { 'peerprobe.dev/probe': 'amino' }, annotations }
    const container = { name: 'other', image: 'x', args: ['--key', CANARY], env: [{ name: 'PASSWORD', value: CANARY }] }
    await rig.plane.apply(
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { ...about, name: 'others' }, data: { 'token': CANARY, 'dsn': `mysql://lab:${CANARY}@db/lab`, 'a.json': JSON.stringify({ db: { password: CANARY } }) } },
      { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { ...about, name: 'others' }, spec: { replicas: 0, selector: { matchLabels: { a: 'b' } }, template: { metadata: { labels: { a: 'b' }, annotations }, spec: { containers: [container] } } } },
      { apiVersion: 'v1', kind: 'Event', metadata: { namespace: 'lab', name: 'others' }, involvedObject: { kind: 'PeerProbe', name: 'amino', namespace: 'lab' }, type: 'Warning', reason: 'Others', message: `password=${CANARY}`, lastTimestamp: new Date().toISOString() }
    )
    const file = folder.file('bundle.tar.gz')
    const { code, stdout, stderr } = await peerprobe('bundle', 'amino', '-n', 'lab', '--file', file)
    assert.equal(code, 0, stderr)
    assert.equal(stdout, `${file}\n`)
    execFileSync('tar', ['-xzf', file, '-C', folder.path])
    const [name = ''] = readdirSync(folder.path).filter(entry => entry.startsWith('peerprobe-bundle-lab-amino-'))
    const files = readdirSync(folder.file(name), { recursive: true, encoding: 'utf8' }).filter(entry => /\.\w+$/.test(entry))

    const bytes = readFileSync(file)
    const contents = gunzipSync(bytes).toString('latin1')
    const forms = [CANARY, encodeURIComponent(CANARY), Buffer.from(CANARY).toString('hex'), ...[0, 1, 2].map(shift => Buffer.from('x'.repeat(shift) + CANARY).toString('base64').slice(4, -4))]
    assert.deepEqual(forms.filter(form => contents.includes(form) || bytes.toString('latin1').includes(form)), [])
    const secretsRead = (await rig.plane.audit()).filter(({ user, objectRef }) => user.username === PERSON && objectRef?.resource === 'secrets')
    assert.deepEqual(secretsRead, [])

    const [consumer = ''] = files.filter(entry => /^pods\/amino-consumer-.*\/log\.txt$/.test(entry))
    const pod = consumer.replace('/log.txt', '')
    const read = (path: string): string => readFileSync(folder.file(`${name}/${path}`), 'utf8')
    assert.match(read(consumer), /"consumer ready"|"msg":/)
    assert.match(read(`${pod}/metrics.txt`), /^# TYPE peerprobe_consumer_/m)
    assert.ok((JSON.parse(read(`${pod}/status.json`)) as { consumed: number }).consumed > 0)
    assert.match(read('versions.json'), /"gitVersion": "v1\./)
    assert.match(read('objects/configmaps/others.yaml'), /token: "?\[redacted\]"?/)
    assert.ok(['objects/amino.yaml', 'objects/deployments/amino-crawler-main.yaml', 'events.yaml', 'status.txt'].every(path => files.includes(path)), files.join('\n'))
    const missingParts = JSON.parse(read('missing.json')) as { part: string }[]
    assert.deepEqual(missingParts.filter(({ part }) => !part.startsWith('pods/amino-prepare-')), [])
  })

  test('asks for nothing that the role of the documentation does not grant', async () => {
    const asked = new Set((await rig.plane.audit()).filter(({ user, objectRef }) => user.username === PERSON && objectRef?.resource !== undefined)
      .map(({ verb, objectRef }) => `${verb} ${objectRef?.apiGroup ?? ''}/${[objectRef?.resource, objectRef?.subresource].filter(part => part !== undefined).join('/')}`))
    const granted = SUPPORT_RULES.flatMap(({ apiGroups: [group = ''], resources, verbs }) => resources.flatMap(resource => verbs.map(verb => `${verb} ${group}/${resource}`)))

    assert.deepEqual([...asked].filter(right => !granted.includes(right)), [])
  })
})
