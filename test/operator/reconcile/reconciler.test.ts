import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { defined } from '../../../core/defined.ts'
import { KINDS } from '../../../operator/model/naming/kinds.ts'
import { applyAll, isOurs } from '../../../operator/reconcile/apply/apply-step.ts'
import { SecretReader } from '../../../operator/reconcile/apply/secret-reader.ts'
import { keyedHash } from '../../../operator/reconcile/mounted/secret-hash.ts'
import { secretsStep } from '../../../operator/reconcile/mounted/secrets-step.ts'
import { imageOf } from '../../../operator/reconcile/observe/running-image.ts'
import { PAUSE } from '../../../operator/reconcile/paused.ts'
import { Reconciler } from '../../../operator/reconcile/reconciler.ts'
import { prune } from '../../../operator/reconcile/steps/prune.ts'
import { podsOf } from '../../../operator/reconcile/steps/workload-steps.ts'
import { ObjectStore } from '../../../operator/runtime/object-store.ts'
import { clusterProbe, probeObject } from '../../support/cluster/cluster-probe.ts'
import { FakeCluster } from '../../support/cluster/fake-cluster.ts'
import { KEY, reconcilerRig as rig, SECRET, statusTextIn } from '../../support/cluster/reconciler-rig.ts'
import type { Condition } from '../../../operator/reconcile/conditions/conditions.ts'

const { signal } = new AbortController()

suite('Reconciler', () => {
  test('goes step by step: nothing before the preparation, consumers before crawlers, and no write at the end', async () => {
    const { cluster, reconciler, ready, converge } = rig()
    const deployments = (): string[] => cluster.store('Deployment').all().map(({ metadata: { name } }) => name)
    await reconciler.reconcile(KEY, signal)
    assert.deepEqual(deployments(), [])
    cluster.settle()
    await reconciler.reconcile(KEY, signal)
    assert.deepEqual(deployments(), ['amino-consumer'])
    await converge()
    assert.deepEqual(deployments(), ['amino-consumer', 'amino-crawler-main'])
    assert.equal(ready()?.status, 'True')
    const { length } = cluster.writes
    assert.deepEqual(await reconciler.reconcile(KEY, signal), { requeueAfterMs: 20_000 })

    assert.deepEqual(cluster.writes.slice(length), [])
  })

  test('registers the Secrets that it read for polling, and none of a deleted PeerProbe', async () => {
    const { cluster, reconciler, converge } = rig()
    await converge()
    const [hashKey, mysql, identity] = cluster.noted.get(KEY) ?? []
    cluster.store('Secret').delete(SECRET.metadata)
    await reconciler.reconcile(KEY, signal)
    const missing = cluster.noted.get(KEY)
    cluster.store('PeerProbe').delete({ namespace: 'lab', name: 'amino' })
    await reconciler.reconcile(KEY, signal)

    assert.deepEqual([hashKey?.name, mysql, identity?.name], ['amino-hash-key', { namespace: 'lab', name: 'mysql', version: '7' }, 'amino-identity-main'])
    assert.deepEqual(missing?.slice(1), [{ namespace: 'lab', name: 'mysql', version: null }])
    assert.deepEqual(cluster.noted.get(KEY), [])
  })

  test('does not prepare again when the Job is gone', async () => {
    const { cluster, reconciler, converge } = rig()
    await converge()
    cluster.store('Job').all().forEach(({ metadata }) => cluster.store('Job').delete(metadata))
    await reconciler.reconcile(KEY, signal)

    assert.equal(cluster.store('Job').size, 0)
  })

  test('reports what is missing, and leaves running workloads alone', async () => {
    const { cluster, reconciler, ready, converge } = rig()
    await converge()
    cluster.store('Secret').delete(SECRET.metadata)
    await reconciler.reconcile(KEY, signal)

    assert.equal(ready()?.reason, 'SecretMissing')
    assert.equal(cluster.store('Deployment').size, 2)
  })

  test('changes nothing while paused, refuses unsupported specs, and forgets deleted PeerProbes', async () => {
    const paused = rig({}, { annotations: { [PAUSE]: 'true' } })
    await paused.reconciler.reconcile(KEY, signal)
    assert.deepEqual(paused.cluster.writes, ['status PeerProbe amino'])
    const early = rig({ backup: { enabled: true } })
    assert.ok('terminal' in await early.reconciler.reconcile(KEY, signal))
    assert.equal(early.ready()?.reason, 'NotSupported')
    assert.deepEqual(await early.reconciler.reconcile('lab/none', signal), { done: true })
  })

  test('reports the figures of the processes: the rounded lag, the last crawl of each scan', async () => {
    const { cluster, reconciler, status, converge } = rig()
    await converge()
    for (const [name, component, scan] of [['c-1', 'consumer'], ['k-1', 'crawler', 'main']] as const) {
      cluster.put({ apiVersion: 'v1', kind: 'Pod', metadata: { namespace: 'lab', name, labels: { 'app.kubernetes.io/component': component, 'peerprobe.dev/probe': 'amino', ...defined({ 'peerprobe.dev/scan': scan }) } } })
    }
    cluster.answers.set('c-1', { topic: 't', group: 'g', lag: { total: 4_321, partitions: { 0: 4_321 }, at: '2026-01-01T00:00:00.000Z' }, consumed: 1, committed: 1, lastCommitAt: null, rows: {}, deadLetters: {}, outage: null, dump: null })
    cluster.answers.set('k-1', { nonsense: true })
    await reconciler.reconcile(KEY, signal)

    assert.equal(status()['lag'], 10_000)
    assert.equal(status()['scansReady'], '1/1')
    assert.equal(podsOf(cluster.deps(), { probe: clusterProbe(), object: probeObject() }, 'crawler', 'main').length, 1)
  })

  test('reports why running processes cannot work, each in its condition, until that is over', async () => {
    const { cluster, reconciler, status, converge } = rig()
    await converge()
    for (const [name, labels] of [['c-1', { 'app.kubernetes.io/component': 'consumer' }], ['k-1', { 'app.kubernetes.io/component': 'crawler', 'peerprobe.dev/scan': 'main' }]] as const) {
      cluster.put({ apiVersion: 'v1', kind: 'Pod', metadata: { namespace: 'lab', name, labels: { 'peerprobe.dev/probe': 'amino', ...labels } } })
    }
    const since = '2026-01-01T00:00:00.000Z'
    const consumer = { topic: 't', group: 'g', lag: null, consumed: 0, committed: 0, lastCommitAt: null, rows: {}, deadLetters: {}, outage: null, dump: null }
    const crawler = { scan: 'lab/amino/main', network: 'ipfs', crawl: null, lastCrawl: null, nextCrawlAt: null, passive: null, publisher: { buffered: 9, acknowledged: 0, lost: 0 } }
    cluster.answers.set('c-1', { ...consumer, groupProblem: { code: 'PP_GROUP_CONFLICT', message: 'members of g read other', since } })
    cluster.answers.set('k-1', { ...crawler, publisher: { ...crawler.publisher, outage: { code: 'PP_BUS_UNAVAILABLE', message: 'no broker answers', since } } })
    const told = (): string[] => (status()['conditions'] as Condition[]).filter(({ type }) => ['Ready', 'ConsumersReady', 'CrawlersReady'].includes(type)).map(({ type, status: is, reason, message }) => `${type} ${is} ${reason}: ${message}`)
    assert.deepEqual(await reconciler.reconcile(KEY, signal), { requeueAfterMs: 2_000 })
    assert.deepEqual(told(), [
      'Ready False GroupConflict: consumer c-1: members of g read other',
      'ConsumersReady False GroupConflict: consumer c-1: members of g read other',
      'CrawlersReady False BusUnavailable: crawler k-1: no broker answers'
    ])
    cluster.answers.set('c-1', { ...consumer, deadLetterProblem: { code: 'PP_DEAD_LETTER_RATE', message: '77 of the last 305 messages cannot be stored', since } })
    cluster.answers.set('k-1', crawler)
    await reconciler.reconcile(KEY, signal)
    assert.ok(told().includes('ConsumersReady False DeadLetterRate: consumer c-1: 77 of the last 305 messages cannot be stored'))
    cluster.answers.set('c-1', consumer)
    await reconciler.reconcile(KEY, signal)

    assert.match(told()[0] ?? '', /^Ready True/)
  })

  test('reports the peer id of a passive node, and keeps it while its pod does not answer', async () => {
    const { cluster, reconciler, status, converge } = rig({ scans: [{ name: 'main', network: { preset: 'ipfs' }, passive: { enabled: true } }] })
    await converge()
    cluster.put({ apiVersion: 'v1', kind: 'Pod', metadata: { namespace: 'lab', name: 'k-1', labels: { 'app.kubernetes.io/component': 'crawler', 'peerprobe.dev/probe': 'amino', 'peerprobe.dev/scan': 'main' } } })
    const passive = { peerId: '12D3KooWx', addresses: [], connections: 0, routingTable: 0 }
    cluster.answers.set('k-1', { scan: 'lab/amino/main', network: 'ipfs', crawl: null, lastCrawl: null, nextCrawlAt: null, passive, publisher: { buffered: 0, acknowledged: 0, lost: 0 } })
    await reconciler.reconcile(KEY, signal)
    const scan = { name: 'main', deployment: 'amino-crawler-main', ready: true, peerId: '12D3KooWx' }
    assert.deepEqual(status()['scans'], [scan])
    cluster.answers.delete('k-1')
    await reconciler.reconcile(KEY, signal)

    assert.deepEqual(status()['scans'], [scan])
    assert.match(statusTextIn(cluster), /main +yes .*12D3KooWx/)
  })

  test('reports remarks about the last crawl of a scan, and forgets them with the next crawl', async () => {
    const { cluster, reconciler, status, ready, converge } = rig()
    await converge()
    cluster.put({ apiVersion: 'v1', kind: 'Pod', metadata: { namespace: 'lab', name: 'k-1', labels: { 'app.kubernetes.io/component': 'crawler', 'peerprobe.dev/probe': 'amino', 'peerprobe.dev/scan': 'main' } } })
    const totals = { discovered: 1, visited: 1, contacted: 1, dhtServers: 0, unpublished: 0, refusedPeers: 0, outcomes: {} }
    const lastCrawl = { crawlId: 1_767_225_600, state: 'aborted', startedAt: '2026-01-01T00:00:00.000Z', finishedAt: '2026-01-01T00:01:00.000Z', durationSeconds: 60, totals, problem: { code: 'PP_NO_DHT_SERVER', message: `they list /lab/kad/1.0.0\u001b[2J${'x'.repeat(3_000)}` }, disturbed: true, lostMs: 20_100, warning: { code: 'PP_OF_NEXT_YEAR', message: 'new' } }
    const crawler = { scan: 'lab/amino/main', network: 'ipfs', crawl: null, nextCrawlAt: null, passive: null, publisher: { buffered: 0, acknowledged: 0, lost: 0 } }
    const notes = (): { reason: string, message: string }[] | undefined => (status()['scans'] as { notes?: { reason: string, message: string }[] }[])[0]?.notes
    cluster.answers.set('k-1', { ...crawler, lastCrawl })
    await reconciler.reconcile(KEY, signal)
    const crawlers = (status()['conditions'] as Condition[]).find(({ type }) => type === 'CrawlersReady')

    assert.deepEqual([crawlers?.status, crawlers?.reason], ['True', 'PoorCrawl'])
    assert.match(crawlers?.message ?? '', /^1 of 1 crawlers run; last crawl of main: NoDhtServer: they list \/lab\/kad\/1\.0\.0\\u\{1b\}\[2Jx+… \(and 2 more, in status\.scans\)$/)
    assert.match(ready()?.message ?? '', /^everything runs; 1 of 1 crawlers run; last crawl of main: NoDhtServer/)
    assert.deepEqual(notes()?.map(({ reason, message }) => [reason, message.length <= 500]), [['NoDhtServer', true], ['CrawlFinding', true], ['Disturbed', true]])
    assert.match(statusTextIn(cluster), /main, last crawl: NoDhtServer: they list .*\n {4}What to do: Give `network\.protocols`[^]*main, last crawl: Disturbed: the crawler stood still for 21 s/)
    cluster.answers.delete('k-1')
    await reconciler.reconcile(KEY, signal)
    assert.equal(notes()?.length, 3, 'kept while its pod does not answer')
    cluster.answers.set('k-1', { ...crawler, lastCrawl: { ...lastCrawl, state: 'finished', disturbed: false, problem: null, warning: null } })
    await reconciler.reconcile(KEY, signal)
    assert.equal(notes(), undefined)
    assert.equal(ready()?.message, 'everything runs')
  })

  test('applies a PodMonitor if that kind is served', async () => {
    const { cluster, reconciler, converge } = rig()
    await converge()
    assert.equal(cluster.store('PodMonitor').size, 0)
    cluster.monitoringVersion = 'v1'
    await reconciler.reconcile(KEY, signal)
    const monitor = cluster.store('PodMonitor').get({ namespace: 'lab', name: 'amino' })

    assert.equal(monitor?.apiVersion, 'monitoring.coreos.com/v1')
    assert.deepEqual((monitor['spec'] as { selector: unknown }).selector, { matchLabels: { 'peerprobe.dev/probe': 'amino' } })
    await reconciler.reconcile(KEY, signal)
    assert.equal(cluster.writes.filter(write => write === 'apply PodMonitor amino').length, 1)
  })

  test('removes objects that are no longer planned, and nothing of others', async () => {
    const { cluster, reconciler, converge } = rig({ scans: [{ name: 'main', network: { preset: 'ipfs' } }, { name: 'fil', network: { preset: 'filecoin' } }] })
    await converge()
    cluster.put({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace: 'lab', name: 'mine', labels: { 'peerprobe.dev/probe': 'amino' } } })
    cluster.store('PeerProbe').set({ ...cluster.store('PeerProbe').get({ namespace: 'lab', name: 'amino' })!, spec: probeObject()['spec'] })
    await reconciler.reconcile(KEY, signal)

    assert.deepEqual(cluster.writes.filter(write => write.startsWith('remove')).sort(), ['remove ConfigMap amino-crawler-fil', 'remove Deployment amino-crawler-fil', 'remove NetworkPolicy amino-crawler-fil'])
    assert.ok(cluster.store('ConfigMap').get({ namespace: 'lab', name: 'mine' }) !== undefined)
    await prune(cluster.deps(), { probe: clusterProbe({}, { uid: 'another' }) }, { planned: [], afterRoll: [] }, signal)
    assert.equal(cluster.store('Deployment').size, 2)
  })
})

test('an upgrade reaches one PeerProbe at a time, and stops at one that fails with it', async () => {
  const cluster = new FakeCluster()
  const names = ['amino', 'other']
  const image = (name: string): string | undefined => imageOf(cluster.store('Deployment').get({ namespace: 'lab', name: `${name}-consumer` }))
  const converge = async (reconciler: Reconciler, settled: string[]): Promise<void> => {
    for (let i = 0; i < 8; i++) {
      for (const name of names) {
        await reconciler.reconcile(`lab/${name}`, signal)
      }
      cluster.settle(({ kind, metadata: { labels } }) => kind === 'Job' || settled.includes(labels?.['peerprobe.dev/probe'] ?? ''))
    }
  }
  cluster.put(SECRET)
  names.forEach((name, i) => {
    const mysql = { host: `db-${String(i)}`, database: 'ipfs', credentialsSecret: { name: 'mysql' } }
    cluster.store('PeerProbe').set(probeObject({ kafka: { brokers: [`kafka-${String(i)}:9092`] }, mysql }, { name, uid: name }))
  })
  await converge(new Reconciler(cluster.deps()), names)
  const upgraded = new Reconciler({ ...cluster.deps(), images: { workload: 'peerprobe:2' } })
  await converge(upgraded, [])
  assert.deepEqual(names.map(image), ['peerprobe:2', 'peerprobe:1'])
  await converge(upgraded, names)

  assert.deepEqual(names.map(image), ['peerprobe:2', 'peerprobe:2'])
})

suite('steps', () => {
  test('touch no object that does not belong to the PeerProbe', async () => {
    const cluster = new FakeCluster()
    const foreign = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { namespace: 'lab', name: 'x', labels: { team: 'a' } } }
    cluster.put(foreign)
    const work = { probe: clusterProbe(), object: probeObject() }

    assert.ok(!isOurs(foreign, work))
    await assert.rejects(applyAll({ ...cluster.deps(), store: () => new ObjectStore() }, work, [{ kind: KINDS.deployment, object: foreign }], signal), { code: 'PP_FOREIGN_OBJECT' }, 'a watch does not show objects without our labels')
    await assert.rejects(applyAll(cluster.deps(), work, [{ kind: { apiVersion: 'apps/v1', kind: 'Deployment', plural: 'deployments', namespaced: true }, object: foreign }], signal), { code: 'PP_FOREIGN_OBJECT' })
  })

  test('report the missing Secret, key and field, and hash what exists', async () => {
    const cluster = new FakeCluster()
    const work = { probe: clusterProbe(), secrets: new SecretReader(cluster.deps().client), hashOf: keyedHash(Buffer.alloc(32)) }
    const access = { bootstrapServers: [], tls: false }
    await assert.rejects(secretsStep(cluster.deps(), work, access, signal), { message: 'spec.mysql.credentialsSecret: Secret lab/mysql does not exist' })
    cluster.put({ ...SECRET, data: { username: 'x' } })
    await assert.rejects(secretsStep(cluster.deps(), work, access, signal), { message: /lacks the key password/ })
    cluster.put(SECRET)
    const before = await secretsStep(cluster.deps(), work, access, signal)
    cluster.put({ ...SECRET, data: { ...SECRET.data, password: 'bmV3' } })

    assert.notDeepEqual(await secretsStep(cluster.deps(), work, access, signal), before)
  })
})
