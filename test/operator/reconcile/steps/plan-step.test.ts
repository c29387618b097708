import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SecretReader } from '../../../../operator/reconcile/apply/secret-reader.ts'
import { objectsOf, planOf } from '../../../../operator/reconcile/plan/plan.ts'
import { planStep } from '../../../../operator/reconcile/steps/plan-step.ts'
import { clusterProbe, modelInput } from '../../../support/cluster/cluster-probe.ts'
import { FakeCluster } from '../../../support/cluster/fake-cluster.ts'
import { SECRET } from '../../../support/cluster/reconciler-rig.ts'

const { signal } = new AbortController()
const objects = { topics: [], user: undefined, copy: undefined }
const kafka = { access: modelInput.kafka, topicId: undefined, held: [], objects, afterRoll: [] }

test('planStep creates no key before the Secrets exist, and gives the same plan each time', async () => {
  const cluster = new FakeCluster()
  const probe = clusterProbe({ scans: [{ name: 'main', network: { preset: 'ipfs' }, passive: { enabled: true } }] })
  const step = async (): ReturnType<typeof planStep> =>
    await planStep(cluster.deps(), { probe, secrets: new SecretReader(cluster.deps().client) }, { kafka, imagesOf: () => modelInput.images }, signal)
  await assert.rejects(step(), { code: 'PP_SECRET_MISSING' })
  assert.ok(!cluster.writes.includes('apply Secret amino-identity-main'))
  cluster.put(SECRET)
  const { plan, images } = await step()

  assert.equal(images, modelInput.images)
  assert.ok(cluster.writes.includes('apply Secret amino-identity-main'))
  const { length } = cluster.writes
  assert.deepEqual((await step()).plan, plan)
  assert.equal(cluster.writes.length, length)
})

test('planOf leaves out a topic that is used unchanged, and plans a monitor if that kind is served', () => {
  const asked = { kind: { apiVersion: 'v1', kind: 'KafkaTopic', plural: 'kafkatopics', namespaced: true }, object: { apiVersion: 'v1', kind: 'KafkaTopic', metadata: { name: 'x' } } }
  const topics = [{ asked, live: asked.object, desired: undefined }]
  const plan = planOf(clusterProbe(), { kafka: { ...objects, topics }, input: modelInput, monitoringVersion: undefined })
  const monitored = planOf(clusterProbe(), { kafka: objects, input: modelInput, monitoringVersion: 'v1' })

  assert.deepEqual(plan.kafka, [])
  assert.deepEqual(objectsOf(monitored).filter(({ kind }) => kind.kind === 'PodMonitor').length, 1)
  assert.equal(objectsOf(monitored).length, objectsOf(plan).length + 1)
})
