import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { suite, test } from 'node:test'
import { KINDS } from '../../../../operator/model/naming/kinds.ts'
import { SecretReader } from '../../../../operator/reconcile/apply/secret-reader.ts'
import { hashKeyStep, readHashKey } from '../../../../operator/reconcile/mounted/hash-key.ts'
import { earlierHash, keyedHash } from '../../../../operator/reconcile/mounted/secret-hash.ts'
import { Reconciler } from '../../../../operator/reconcile/reconciler.ts'
import { clusterProbe } from '../../../support/cluster/cluster-probe.ts'
import { FakeCluster } from '../../../support/cluster/fake-cluster.ts'
import { KEY, reconcilerRig, SECRET } from '../../../support/cluster/reconciler-rig.ts'
import type { Images } from '../../../../operator/model/probe/images.ts'
import type { KubeObject } from '../../../../operator/runtime/kube-object.ts'

const { signal } = new AbortController()
const HASH_KEY = { namespace: 'lab', name: 'amino-hash-key' }
const never = (): boolean => false

// Everything about Secrets that is visible to readers of pods and Deployments.
const shown = (cluster: FakeCluster): string => JSON.stringify(['Deployment', 'Job', 'CronJob', 'ConfigMap', 'PeerProbe'].flatMap(kind => cluster.store(kind).all())
  .map(({ metadata, ...rest }) => ({ ...rest, metadata: { name: metadata.name, annotations: metadata.annotations, labels: metadata.labels } })))

const settled = async (cluster: FakeCluster, images: Images = { workload: 'peerprobe:1' }): Promise<string> => {
  const reconciler = new Reconciler({ ...cluster.deps(), images })

  for (let i = 0; i < 8; i++) {
    await reconciler.reconcile(KEY, signal)
    cluster.settle()
  }

  return shown(cluster)
}

suite('the hash over a Secret', () => {
  test('changes with the contents, not with the order of the fields, and depends on the key of the hash', () => {
    const hash = keyedHash(Buffer.alloc(32))
    const data = { username: 'dQ==', password: 'cA==' }

    assert.equal(hash({ password: 'cA==', username: 'dQ==' }), hash(data))
    assert.notEqual(hash({ ...data, password: 'cQ==' }), hash(data))
    assert.notEqual(keyedHash(Buffer.alloc(32, 1))(data), hash(data))
    assert.match(hash(data), /^[0-9a-f]{16}$/)
  })

  test('of the same password differs between PeerProbes and between clusters, so that nobody can find the password by trying', async () => {
    const [one, two] = [reconcilerRig(), reconcilerRig()]

    assert.notEqual(await settled(one.cluster), await settled(two.cluster))
    for (const plain of [earlierHash(SECRET.data), createHash('sha256').update(JSON.stringify(SECRET.data)).digest('hex').slice(0, 16)]) {
      assert.doesNotMatch(await settled(one.cluster), new RegExp(plain))
    }
  })

  test('stays the same after a restart of the operator and with other metadata; a changed password rolls its readers', async () => {
    const { cluster } = reconcilerRig()
    const before = await settled(cluster)
    cluster.put({ ...SECRET, metadata: { ...SECRET.metadata, resourceVersion: '8', annotations: { seen: 'now' } } })
    assert.equal(await settled(cluster), before)
    cluster.put({ ...SECRET, data: { ...SECRET.data, password: 'bmV3' } })

    assert.notEqual(await settled(cluster), before)
  })

  test('is not in the annotations of a Secret that the operator created', async () => {
    const { cluster } = reconcilerRig()
    await settled(cluster)
    const applied = (object: KubeObject): unknown => object.metadata.annotations?.['x/applied']
    const key = cluster.store('Secret').get(HASH_KEY)!
    const [metadata, other] = [{ ...key.metadata, annotations: {} }, { key: Buffer.alloc(32, 7).toString('base64') }]
    await cluster.deps().applier.ensure(KINDS.secret, { ...key, metadata, data: other }, key, signal)
    const first = applied(cluster.store('Secret').get(HASH_KEY)!)
    await cluster.deps().applier.ensure(KINDS.secret, { ...key, metadata, data: { key: 'eA==' } }, cluster.store('Secret').get(HASH_KEY), signal)

    assert.equal(applied(cluster.store('Secret').get(HASH_KEY)!), first)
    assert.deepEqual(cluster.store('Secret').get(HASH_KEY)?.['data'], { key: 'eA==' })
  })
})

suite('the key of these hashes', () => {
  test('is created once, recreated if it is broken, and never taken from another owner', async () => {
    const cluster = new FakeCluster()
    const work = { probe: clusterProbe(), secrets: new SecretReader(cluster.deps().client) }
    const hash = await hashKeyStep(cluster.deps(), work, never, signal)
    assert.equal((await hashKeyStep(cluster.deps(), work, never, signal))(SECRET.data), hash(SECRET.data))
    assert.deepEqual(cluster.writes, ['apply Secret amino-hash-key'])
    cluster.put({ ...cluster.store('Secret').get(HASH_KEY)!, data: { key: '' } })
    assert.notEqual((await hashKeyStep(cluster.deps(), work, never, signal))(SECRET.data), hash(SECRET.data))
    assert.equal((await readHashKey(work, signal))?.length, 32)
    cluster.put({ apiVersion: 'v1', kind: 'Secret', metadata: HASH_KEY, data: {} })

    await assert.rejects(hashKeyStep(cluster.deps(), work, never, signal), { code: 'PP_FOREIGN_OBJECT' })
  })

  test('comes with the new image: pods of a release without a key keep their hash until their turn, and roll once', async () => {
    const cluster = new FakeCluster()
    const work = { probe: clusterProbe(), secrets: new SecretReader(cluster.deps().client) }
    const waiting = await hashKeyStep(cluster.deps(), work, () => true, signal)
    assert.equal(waiting(SECRET.data), earlierHash(SECRET.data))
    assert.deepEqual(cluster.writes, [])
    const own = await hashKeyStep(cluster.deps(), work, never, signal)

    assert.equal((await hashKeyStep(cluster.deps(), work, () => true, signal))(SECRET.data), own(SECRET.data), 'an existing key is also used by PeerProbes that wait')
  })
})
