import assert from 'node:assert/strict'
import { test } from 'node:test'
import { labelsFor } from '../../../../operator/model/naming/labels.ts'
import { PRUNED } from '../../../../operator/reconcile/steps/prune.ts'
import { probeObject } from '../../../support/cluster/cluster-probe.ts'
import { reconcilerRig as rig } from '../../../support/cluster/reconciler-rig.ts'

test('a crawler of a deleted scan keeps its network policy until its pod has ended', async () => {
  const { cluster, converge } = rig({ scans: [{ name: 'main', network: { preset: 'ipfs' } }, { name: 'fil', network: { preset: 'filecoin' } }] })
  const policies = (): string[] => cluster.writes.filter(write => write.startsWith('remove NetworkPolicy'))
  await converge()
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { namespace: 'lab', name: 'ending', labels: labelsFor({ namespace: 'lab', name: 'amino' }, 'crawler', 'fil') }, status: { phase: 'Running' } }
  cluster.put(pod)
  cluster.store('PeerProbe').set({ ...cluster.store('PeerProbe').get({ namespace: 'lab', name: 'amino' })!, spec: probeObject()['spec'] })
  await converge()
  assert.deepEqual(policies(), [])
  cluster.put({ ...pod, status: { phase: 'Succeeded' } })
  await converge()
  assert.deepEqual(policies(), ['remove NetworkPolicy amino-crawler-fil'])
})

test('the policy for all crawlers from an earlier release is removed, since policies add up', async () => {
  const { cluster, converge } = rig()
  await converge()
  const [mine] = cluster.store('NetworkPolicy').all()
  cluster.put({ ...mine!, metadata: { ...mine!.metadata, name: 'amino-crawler', uid: 'earlier' } })
  await converge()

  assert.ok(PRUNED.some(({ kind }) => kind === 'NetworkPolicy'))
  assert.deepEqual(cluster.store('NetworkPolicy').all().map(({ metadata: { name } }) => name).sort(), ['amino-consumer', 'amino-crawler-main'])
})
