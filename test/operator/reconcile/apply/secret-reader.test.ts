import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SecretReader } from '../../../../operator/reconcile/apply/secret-reader.ts'
import { FakeCluster } from '../../../support/cluster/fake-cluster.ts'
import { SECRET } from '../../../support/cluster/reconciler-rig.ts'

const { signal } = new AbortController()
const KEY = { namespace: 'lab', name: 'mysql' }

test('a SecretReader remembers each Secret once, in its last state, including missing ones', async () => {
  const cluster = new FakeCluster()
  const secrets = new SecretReader(cluster.deps().client)
  assert.equal(await secrets.read(KEY, signal), undefined)
  assert.deepEqual(secrets.seen, [{ ...KEY, version: null }])
  cluster.put(SECRET)
  await secrets.read(KEY, signal)
  await secrets.read({ ...KEY, namespace: 'kafka' }, signal)

  assert.deepEqual(secrets.seen, [{ ...KEY, version: '7' }, { ...KEY, namespace: 'kafka', version: null }])
})

test('a SecretReader returns an assumed Secret instead of the real one, and only that one', async () => {
  const cluster = new FakeCluster()
  const secrets = new SecretReader(cluster.deps().client)
  cluster.put(SECRET)
  const assumed = { ...SECRET, data: { password: 'bmV3' } }
  secrets.assume(assumed)

  assert.equal(await secrets.read(KEY, signal), assumed)
  assert.equal(await secrets.read({ ...KEY, namespace: 'kafka' }, signal), undefined)
  assert.deepEqual(secrets.seen, [{ ...KEY, namespace: 'kafka', version: null }])
})
