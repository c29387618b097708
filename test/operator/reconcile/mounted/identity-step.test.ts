import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { privateKeyFromProtobuf } from '@libp2p/crypto/keys'
import { SecretReader } from '../../../../operator/reconcile/apply/secret-reader.ts'
import { identityStep } from '../../../../operator/reconcile/mounted/identity-step.ts'
import { keyedHash } from '../../../../operator/reconcile/mounted/secret-hash.ts'
import { clusterProbe } from '../../../support/cluster/cluster-probe.ts'
import { FakeCluster } from '../../../support/cluster/fake-cluster.ts'
import type { Reading } from '../../../../operator/reconcile/mounted/hash-key.ts'

const { signal } = new AbortController()
const hashOf = keyedHash(Buffer.alloc(32))
const key = { namespace: 'lab', name: 'amino-identity-main' }
const reading = (cluster: FakeCluster, enabled = true): Reading =>
  ({ probe: clusterProbe({ scans: [{ name: 'main', network: { preset: 'ipfs' }, passive: { enabled } }] }), secrets: new SecretReader(cluster.deps().client) })

suite('identityStep', () => {
  test('creates a key that libp2p can read, once, and hashes the existing one', async () => {
    const cluster = new FakeCluster()
    const first = await identityStep(cluster.deps(), reading(cluster), hashOf, signal)
    const { data } = cluster.store('Secret').get(key) as unknown as { data: Record<string, string> }
    const text = Buffer.from(data['identity.key'] ?? '', 'base64').toString()
    const privateKey = privateKeyFromProtobuf(Buffer.from(text, 'base64'))
    assert.ok(await privateKey.publicKey.verify(Buffer.from('x'), await privateKey.sign(Buffer.from('x'))))

    assert.deepEqual(await identityStep(cluster.deps(), reading(cluster), hashOf, signal), first)
    assert.deepEqual(cluster.writes, ['apply Secret amino-identity-main'])
    cluster.put({ ...cluster.store('Secret').get(key)!, data: { 'identity.key': 'bmV3' } })
    assert.notDeepEqual(await identityStep(cluster.deps(), reading(cluster), hashOf, signal), first)
  })

  test('creates none without a passive node, and touches no Secret of another owner', async () => {
    const cluster = new FakeCluster()
    assert.deepEqual(await identityStep(cluster.deps(), reading(cluster, false), hashOf, signal), {})
    assert.deepEqual(cluster.writes, [])
    cluster.put({ apiVersion: 'v1', kind: 'Secret', metadata: key, data: {} })

    await assert.rejects(identityStep(cluster.deps(), reading(cluster), hashOf, signal), { code: 'PP_FOREIGN_OBJECT' })
  })
})
