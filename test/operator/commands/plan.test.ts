import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { planProbe } from '../../../operator/commands/plan.ts'
import { Reconciler } from '../../../operator/reconcile/reconciler.ts'
import { probeObject } from '../../support/cluster/cluster-probe.ts'
import { FakeCluster } from '../../support/cluster/fake-cluster.ts'
import type { Change, ProbePlan } from '../../../operator/commands/plan.ts'

const { signal } = new AbortController()
const SECRET = { apiVersion: 'v1', kind: 'Secret', metadata: { namespace: 'lab', name: 'mysql', labels: { 'peerprobe.dev/use': 'true' } }, data: { username: 'dQ==', password: 'cA==' } }
const TWO_SCANS = { scans: [{ name: 'main', network: { preset: 'ipfs' } }, { name: 'other', network: { preset: 'ipfs' } }] }

async function running (spec: object = {}): Promise<FakeCluster> {
  const cluster = new FakeCluster()
  cluster.put(SECRET)
  cluster.store('PeerProbe').set(probeObject(spec))
  const reconciler = new Reconciler(cluster.deps())

  for (let i = 0; i < 6; i++) {
    await reconciler.reconcile('lab/amino', signal)
    cluster.settle()
  }

  return cluster
}

const plan = async (cluster: FakeCluster, spec: object = {}): Promise<ProbePlan> =>
  await planProbe({ ...cluster.deps(), workloadImage: undefined, defaultImage: 'peerprobe:1' }, probeObject(spec), signal)
const shown = ({ changes }: ProbePlan, ...actions: Change['action'][]): string[] => changes.filter(({ action }) => actions.includes(action)).map(({ action, kind, name }) => `${action} ${kind} ${name.replace(/-[0-9a-f]{8,}$/, '')}`)

suite('planProbe', () => {
  test('plans all objects of a new PeerProbe, and notes what it waits for', async () => {
    const cluster = new FakeCluster()
    const planned = await plan(cluster)

    assert.equal(planned.changes.every(({ action }) => action === 'make'), true)
    assert.ok(shown(planned, 'make').includes('make Deployment amino-crawler-main'))
    assert.match(planned.notes.join(), /^spec\.mysql\.credentialsSecret: Secret lab\/mysql does not exist: nothing starts before it exists/)
    assert.match(planned.notes.at(-1) ?? '', /^Secret amino-hash-key is created first, with a random key/)
    assert.deepEqual(cluster.writes, [])
  })

  test('finds nothing to do when everything is as planned, and keeps the running image', async () => {
    const cluster = await running()
    const { length } = cluster.writes
    const planned = await planProbe({ ...cluster.deps(), workloadImage: undefined, defaultImage: 'other:2' }, probeObject(), signal)

    assert.deepEqual(shown(planned, 'make', 'change', 'remove', 'refuse'), [])
    assert.equal(cluster.writes.length, length)
    const newer = await planProbe({ ...cluster.deps(), workloadImage: 'other:2', defaultImage: '' }, probeObject(), signal)
    assert.ok(newer.changes.find(({ kind, name }) => kind === 'Deployment' && name === 'amino-consumer')?.lines.some(line => /^\+.*image: other:2$/.test(line)))
  })

  test('shows only the crawler whose scan changed, and removes the objects of a deleted scan', async () => {
    const cluster = await running(TWO_SCANS)
    const [main, other] = TWO_SCANS.scans
    const changed = shown(await plan(cluster, { scans: [main, { ...other, active: { interval: '20m' } }] }), 'make', 'change', 'remove')
    assert.deepEqual(changed.filter(text => text.includes('crawler')).every(text => text.includes('other')), true)
    assert.ok(changed.includes('change Deployment amino-crawler-other'))
    const without = shown(await plan(cluster, { scans: [main] }), 'remove')

    assert.deepEqual(without.map(text => text.split(' ')[1]).sort(), ['ConfigMap', 'Deployment'])
    assert.ok(without.includes('remove Deployment amino-crawler-other'))
  })

  test('refuses an object of another owner', async () => {
    const cluster = new FakeCluster()
    cluster.put(SECRET)
    cluster.put({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { namespace: 'lab', name: 'amino-consumer' }, spec: {} })

    assert.deepEqual(shown(await plan(cluster), 'refuse'), ['refuse Deployment amino-consumer'])
  })
})
