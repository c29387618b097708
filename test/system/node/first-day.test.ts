// The first day of PeerProbe in a cluster: its chart and its image on a real node, a PeerProbe whose Kafka authorizes every
// request, and the questions that its users ask.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, before, suite, test } from 'node:test'
import { prometheusForPods } from '../../../scripts/provision/go-programs.ts'
import { admits, lets, selects } from '../../support/cluster/policy-evaluator.ts'
import { podDiscovery } from '../../support/monitoring/pod-discovery.ts'
import { visitsAreRows } from '../../support/node/acknowledged.ts'
import { LAB_LIMIT_MS, missingLab, NodeLab, SYSTEM } from '../../support/node/node-lab.ts'
import { enterBoxWithImage, PRODUCT_IMAGE } from '../../support/node/product-image.ts'
import { Prometheus } from '../../support/servers/prometheus.ts'
import { until } from '../../support/until.ts'
import type { KubeObject } from '../../../operator/runtime/kube-object.ts'

const program = prometheusForPods.find()
const missing = missingLab ?? ('missing' in program ? program.missing : undefined)
const { repository, tag } = PRODUCT_IMAGE
const ADMIN_PORT = 9_090

interface Probe extends KubeObject { status: { scans: { peerId?: string }[] } }

const image = missing === undefined ? await enterBoxWithImage(import.meta.filename) : ''

suite('the first day in a cluster', missing === undefined ? {} : { skip: missing }, () => {
  const stack = new AsyncDisposableStack()
  let lab: NodeLab

  before(async () => {
    lab = stack.use(await NodeLab.open({ images: [image], allowed: 'lab' }))
  })
  after(async () => {
    await stack.disposeAsync()
  })

  const uids = async (component: string): Promise<string[]> => (await lab.pods('lab', component)).map(({ metadata: { uid = '' } }) => uid)
  const kubectl = async (...args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await lab.rig.plane.kubectl(args)
    assert.equal(code, 0, stderr + await lab.explain())

    return stdout
  }
  const replaced = async (component: string, before: readonly string[]): Promise<void> => {
    await until(`${component} pods are replaced`, async () => {
      const now = await uids(component)

      return now.length > 0 && !now.some(uid => before.includes(uid))
    }, LAB_LIMIT_MS)
  }
  const crawls = async (): Promise<number> => (await lab.rows('lab', 'SELECT 1 FROM crawl WHERE state = \'finished\'')).length

  test('begins with helm install, in a namespace of restricted pods', async () => {
    await lab.install()
    assert.deepEqual((await lab.pods(SYSTEM)).map(({ spec }) => spec.containers[0]?.image), [`${repository}:${tag}`])
  })

  test('goes on with one manifest, and ends with peers in the database: found by crawls, and by the passive node', async () => {
    await lab.namespace('lab')
    await lab.probe('lab')
    await lab.untilReady('lab')
    await until('a crawl is finished', async () => await crawls() > 0, LAB_LIMIT_MS)
    await until('the passive node is announced', async () => {
      await lab.touch('lab')
      return (await lab.rig.plane.get<Probe>('pp', 'amino', '-n', 'lab')).status.scans[0]?.peerId !== undefined
    }, LAB_LIMIT_MS)
    const [{ peerId }] = (await lab.rig.plane.get<Probe>('pp', 'amino', '-n', 'lab')).status.scans as [{ peerId: string }]
    const [crawler] = await lab.pods('lab', 'crawler')
    await lab.network.visit(`/ip4/${crawler!.status.podIP!}/tcp/4001/p2p/${peerId}`)
    const found = async (): Promise<unknown[]> => (await lab.rows('lab', 'SELECT DISTINCT discovery_type FROM visit_detail WHERE outcome <> \'refused\' ORDER BY discovery_type')).map(({ discovery_type: type }) => type)
    await until('both have found peers', async () => (await found()).length === 2, LAB_LIMIT_MS)

    assert.deepEqual(await found(), ['active', 'passive'])
    assert.equal((await lab.rows('lab', 'SELECT COUNT(*) AS n FROM node_info'))[0]?.['n'], 8)
    assert.deepEqual([...new Set((await lab.pods('lab')).map(({ spec }) => spec.containers[0]?.image))], [`${repository}:${tag}`])
  })

  test('shows peers and lag in kubectl get pp', async () => {
    await until('the figures are there', async () => {
      await lab.touch('lab')
      return /^amino +True +1\/1 +8 +\d+ /m.test(await kubectl('get', 'pp', '-n', 'lab'))
    }, LAB_LIMIT_MS)
  })

  test('has all pods in Prometheus, which finds them itself by the selectors of the PodMonitors', async () => {
    await lab.rig.plane.apply(
      { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name: 'prometheus' }, rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get', 'list', 'watch'] }] },
      { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRoleBinding', metadata: { name: 'prometheus' }, roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'prometheus' }, subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'prometheus' }] }
    )
    await using prometheus = await Prometheus.open({ program: 'at' in program ? program.at : '', jobs: await podDiscovery(lab.rig.plane, lab.rig.plane.kubeconfigOf('prometheus')) })
    const running = [...await lab.pods(SYSTEM), ...await lab.pods('lab', 'consumer'), ...await lab.pods('lab', 'crawler')].map(({ metadata: { name } }) => name).sort()
    const up = await prometheus.waitFor('up == 1', samples => samples.length >= running.length)

    assert.equal(running.length, 3)
    assert.deepEqual(up.map(({ labels }) => labels['pod']).sort(), running)
    assert.deepEqual((await prometheus.query('sum by (peerprobe_dev_scan) (peerprobe_crawler_crawls_total)')).map(({ labels }) => labels), [{ peerprobe_dev_scan: 'main' }])
  })

  test('rolls what uses the password of the database when it is rotated, and nothing else', async () => {
    const [consumers, crawlers] = [await uids('consumer'), await uids('crawler')]
    const password = randomBytes(12).toString('hex')
    await lab.root(`ALTER USER lab IDENTIFIED BY '${password}'`)
    await lab.password('lab', password)
    await replaced('consumer', consumers)
    await lab.untilReady('lab')
    const before = await crawls()
    await until('crawls are stored by the new password', async () => await crawls() > before, LAB_LIMIT_MS)

    assert.deepEqual(await uids('crawler'), crawlers)
  })

  test('rolls all that uses the Kafka user when it is rotated', async () => {
    const [consumers, crawlers] = [await uids('consumer'), await uids('crawler')]
    await kubectl('delete', 'secret', 'lab-amino-peerprobe', '-n', 'kafka')
    await replaced('consumer', consumers)
    await replaced('crawler', crawlers)
    await lab.untilReady('lab')
    const before = await crawls()
    await until('crawls are stored by the new user', async () => await crawls() > before, LAB_LIMIT_MS)
  })

  test('runs the Jobs of retention, sessions and backup', async () => {
    await kubectl('patch', 'pp', 'amino', '-n', 'lab', '--type=merge', '-p', JSON.stringify({ spec: { backup: { enabled: true, volume: { claim: 'backups' } } } }))
    const jobs = ['retention', 'sessions', 'backup']
    await until('they are there', async () => (await lab.rig.objects('lab', 'cronjob')).length === jobs.length, LAB_LIMIT_MS)

    for (const job of jobs) {
      await kubectl('create', 'job', job, `--from=cronjob/amino-${job}`, '-n', 'lab')
    }
    await kubectl('wait', '--for=condition=Complete', ...jobs.map(job => `job/${job}`), '-n', 'lab', '--timeout=200s')

    assert.ok((await lab.rows('lab', 'SELECT 1 FROM session')).length > 0)
    assert.equal(lab.files('lab', 'backups').filter(name => name.endsWith('.json')).length, 1)
  })

  test('has each pod in one network policy, which lets in what it must and no neighbour', async () => {
    // The bridge plugin of this node enforces no policy: an evaluator reads them, against the labels of the pods that run.
    const { items: policies } = await lab.rig.plane.get<{ items: KubeObject[] }>('networkpolicies', '-n', 'lab')
    const stranger = { namespace: { 'kubernetes.io/metadata.name': 'other' }, pod: { app: 'web' } }
    const pods = (await lab.pods('lab')).map(({ metadata: { labels = {} } }) => labels)
    const policyOf = (labels: Record<string, string>): KubeObject => {
      const selecting = policies.filter(policy => selects(policy, labels))
      assert.equal(selecting.length, 1, JSON.stringify(labels))

      return selecting[0]!
    }
    const of = (component: string): KubeObject => policyOf(pods.find(labels => labels['app.kubernetes.io/component'] === component)!)
    pods.forEach(policyOf)

    assert.ok(pods.length >= 6, 'crawler, consumer and jobs')
    assert.deepEqual([admits(of('crawler'), stranger, 4_001), admits(of('consumer'), stranger, 4_001), admits(of('backup'), stranger, ADMIN_PORT)], [true, false, false])
    assert.deepEqual([lets(of('consumer'), stranger, 80), lets(of('backup'), stranger, 80)], [false, false])
  })

  test('has lost and doubled nothing: each visit that Kafka acknowledged is one row', async () => {
    assert.ok(await visitsAreRows(lab, 'lab') > 0)
  })

  test('ends with kubectl delete, which leaves nothing of it', async () => {
    await kubectl('delete', 'pp', 'amino', '-n', 'lab', '--timeout=120s')
    await kubectl('delete', 'job', 'retention', 'sessions', 'backup', '-n', 'lab', '--ignore-not-found')
    await until('its pods are gone', async () => (await lab.pods('lab')).length === 0, LAB_LIMIT_MS)

    assert.deepEqual((await lab.rig.objects('lab')).filter(name => !name.startsWith('Secret/database')), [])
    assert.deepEqual(await lab.rig.objects('kafka', 'kafkauser'), [])
  })
})
