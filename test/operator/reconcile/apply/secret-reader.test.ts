import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SecretReader } from '../../../../operator/reconcile/apply/secret-reader.ts'
import { FakeCluster } from '../../../support/cluster/fake-cluster.ts'
import { SECRET } from '../../../support/cluster/reconciler-rig.ts'

const { signal } = new AbortController()
const KEY = { namespace: 'lab', name: 'mysql' }

test('a SecretReader remembers each Secret once, as it was last, and those that are not there', async () => {
  const cluster = new FakeCluster()
  const secrets = new SecretReader(cluster.deps().client)
  assert.equal(await secrets.read(KEY, signal), undefined)
  assert.deepEqual(secrets.seen, [{ ...KEY, version: null }])
  cluster.put(SECRET)
  await secrets.read(KEY, signal)
  await secrets.read({ ...KEY, namespace: 'kafka' }, signal)

  assert.deepEqual(secrets.seen, [{ ...KEY, version: '7' }, { ...KEY, namespace: 'kafka', version: null }])
})

test('a SecretReader reads what is assumed in place of what is there, and no other', async () => {
  const cluster = new FakeCluster()
  const secrets = new SecretReader(cluster.deps().client)
  cluster.put(SECRET)
  const assumed = { ...SECRET, data: { password: 'bmV3' } }
  secrets.assume(assumed)

  assert.equal(await secrets.read(KEY, signal), assumed)
  assert.equal(await secrets.read({ ...KEY, namespace: 'kafka' }, signal), undefined)
  assert.deepEqual(secrets.seen, [{ ...KEY, namespace: 'kafka', version: null }])
})
