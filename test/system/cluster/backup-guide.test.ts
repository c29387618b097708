// Backup and restore as docs/backup.md describes them: every command as it is written, in one shell, and what each prints. Then a
// volume without room: the last backup stays, and status and metric say so.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { formatPeerId } from '../../../crawler/peer/peer-id-text.ts'
import { cluster } from '../../../scripts/provision/cluster.ts'
import { kafka } from '../../../scripts/provision/kafka.ts'
import { mariadb } from '../../../scripts/provision/mariadb.ts'
import { ClusterRig, missingCluster } from '../../support/cluster/cluster-rig.ts'
import { enterNodeNetwork, missingNodeNetwork, NODE_ADDRESS } from '../../support/cluster/runner/node-network.ts'
import { runInShell, testSteps } from '../../support/documents/guide-shell.ts'
import { stepsOf } from '../../support/documents/guide.ts'
import { KAD_PROTOCOL } from '../../support/network/peer-fixtures.ts'
import { serving, startPeer } from '../../support/network/peers.ts'
import { KafkaServer } from '../../support/servers/kafka-server.ts'
import { mariadbKind } from '../../support/servers/mariadb-server.ts'
import { SqlServer } from '../../support/servers/sql-server.ts'
import { TempFolder } from '../../support/temp-folder.ts'
import { until } from '../../support/until.ts'
import type { BackupStatus } from '../../../operator/reconcile/status/backup-status.ts'
import type { KubeObject } from '../../../operator/runtime/kube-object.ts'
import type { GuideShell } from '../../support/documents/guide-shell.ts'

interface Probe extends KubeObject { status: { backup?: BackupStatus } }

const [jars, server, programs] = [kafka.find(), mariadb.find(), cluster.find()]
const missing = ('missing' in jars ? jars.missing : undefined) ?? ('missing' in server ? server.missing : undefined) ?? missingCluster ?? missingNodeNetwork()
const ROOT = fileURLToPath(new URL('../../../', import.meta.url))
const NAMESPACE = 'lab'
const ADMIN_PORT = 9_090
const LIMIT_MS = 300_000
const MIB = 1_048_576

if (missing === undefined) {
  enterNodeNetwork(import.meta.filename)
}

suite('docs/backup.md in a cluster', missing === undefined ? {} : { skip: missing }, () => {
  const stack = new AsyncDisposableStack()
  const home = stack.use(new TempFolder())
  const [settings, ...steps] = stepsOf(`${ROOT}docs/backup.md`).filter(({ commands }) => !commands.startsWith('peerprobe '))
  let rig: ClusterRig
  let sql: SqlServer
  let values: Record<string, string>
  let folder: string
  let firstCrawl = 0

  before(async () => {
    const broker = stack.use(await KafkaServer.open('at' in jars ? jars.at : '', { host: NODE_ADDRESS }))
    sql = stack.use(await SqlServer.open(mariadbKind('at' in server ? server.at : ''), [], NODE_ADDRESS))
    const root = await sql.root()
    await root.query('CREATE DATABASE nodes; CREATE USER probe IDENTIFIED BY \'secret\'; GRANT ALL ON nodes.* TO probe; CREATE USER admin IDENTIFIED BY \'secret\'; GRANT ALL ON *.* TO admin')
    await root.end()
    rig = stack.use(await ClusterRig.open({ strimzi: false, runsPods: true }))
    const peer = stack.use(await startPeer({ host: NODE_ADDRESS, serve: { [KAD_PROTOCOL]: serving([]) } }))
    const bootstrap = `${peer.node.getMultiaddrs()[0]!.decapsulate('/p2p').toString()}/p2p/${formatPeerId(peer.id)}`
    rig.operator(['--admin-port', String(ADMIN_PORT), '--policy', JSON.stringify({ privateAddresses: true })])
    await rig.namespace(NAMESPACE)
    await rig.plane.apply(...claimOf('backups'))
    await rig.probe(NAMESPACE, {
      scans: [{ name: 'main', network: { name: 'lab', bootstrapPeers: [bootstrap], protocols: [KAD_PROTOCOL] }, active: { interval: '2s' }, addresses: { policy: 'Any' }, passive: { enabled: false } }],
      kafka: { brokers: [broker.brokers[0]] },
      mysql: { host: NODE_ADDRESS, port: sql.port, database: 'nodes', credentialsSecret: { name: 'mysql' } }
    })
    // A small disk of its own, on which a backup has just enough room.
    folder = join(rig.node.claims, NAMESPACE, 'backups')
    mkdirSync(folder, { recursive: true })
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=300m', 'tmpfs', folder])
    stack.defer(() => {
      execFileSync('umount', ['--lazy', folder])
    })
    mkdirSync(home.file('bin'))
    symlinkSync(join(ROOT, 'operator/commands/main.ts'), home.file('bin/kubectl-peerprobe'))
    values = { NAMESPACE, DATABASE: 'nodes', MYSQL_HOST: NODE_ADDRESS, MYSQL_PORT: String(sql.port), ADMIN: 'admin', MYSQL_PWD: 'secret' }
    await until('a crawl is stored', async () => {
      firstCrawl = await number('MIN(crawl_id) AS n FROM nodes.crawl').catch(() => 0)

      return firstCrawl > 0
    }, LIMIT_MS)
  })
  after(async () => {
    await stack.disposeAsync()
  })

  async function number (query: string): Promise<number> {
    const root = await sql.root()

    try {
      const [[row]] = await root.query(`SELECT ${query}`) as unknown as [[{ n: number | null }]]

      return row.n ?? 0
    } finally {
      await root.end()
    }
  }

  const shell = (): GuideShell => ({
    home,
    env: { ...values, KUBECONFIG: rig.plane.kubeconfig },
    path: [home.file('bin'), 'at' in programs ? programs.at : '', dirname(process.execPath)],
    limitMs: LIMIT_MS
  })

  const status = async (): Promise<BackupStatus | undefined> => (await rig.plane.get<Probe>('pp', 'amino', '-n', NAMESPACE)).status.backup

  test('asks for just the values that differ from one reader to the next', () => {
    assert.deepEqual([...settings!.commands.matchAll(/(\w+)=/g)].map(match => match[1]), Object.keys(values))
    assert.ok(steps.length >= 6)
  })

  testSteps(steps, shell)

  test('the restored database has what the backup had, and goes on', async () => {
    const crawls = await number('COUNT(*) AS n FROM nodes.crawl')

    assert.equal(await number('MIN(crawl_id) AS n FROM nodes.crawl'), firstCrawl)
    await until('another crawl is stored', async () => await number('COUNT(*) AS n FROM nodes.crawl') > crawls, LIMIT_MS)
  })

  test('a volume without room: the last backup stays, and status and metric say so', async () => {
    const files = readdirSync(folder).sort()
    const lastSuccess = (await status())?.lastSuccessTime
    writeFileSync(join(folder, 'filler'), Buffer.alloc(100 * MIB))
    const { code, stderr } = await runInShell('kubectl create job full --from=cronjob/amino-backup -n "$NAMESPACE" && kubectl wait --for=condition=Failed job/full -n "$NAMESPACE" --timeout=170s', shell())
    assert.equal(code, 0, stderr)
    await until('the status says why', async () => (await status())?.lastFailure?.job === 'full', LIMIT_MS)
    const { lastSuccessTime, lastFailure } = (await status())!

    assert.deepEqual([lastSuccessTime, lastFailure?.reason], [lastSuccess, 'DiskLow'])
    assert.match(lastFailure?.message ?? '', /backups: a backup needs about \d+ bytes, and its disk has \d+ left: make room there/)
    assert.deepEqual(readdirSync(folder).sort(), ['filler', ...files])
    const page = await (await fetch(`http://127.0.0.1:${String(ADMIN_PORT)}/metrics`)).text()
    assert.equal(Number(/^peerprobe_operator_backup_last_success_timestamp_seconds\{.*\} (\S+)$/m.exec(page)?.[1]), Date.parse(lastSuccess ?? '') / 1_000)
  })
})

function claimOf (name: string): object[] {
  const spec = { accessModes: ['ReadWriteOnce'], storageClassName: '', volumeMode: 'Filesystem' }

  return [
    { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name, namespace: NAMESPACE }, spec: { ...spec, volumeName: name, resources: { requests: { storage: '1Gi' } } } },
    { apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name }, spec: { ...spec, capacity: { storage: '1Gi' }, hostPath: { path: `/${name}` } } }
  ]
}
