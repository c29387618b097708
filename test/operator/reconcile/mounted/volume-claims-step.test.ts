import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { planProbe } from '../../../../operator/commands/plan.ts'
import { volumeClaimsStep } from '../../../../operator/reconcile/mounted/volume-claims-step.ts'
import { clusterProbe, probeObject } from '../../../support/cluster/cluster-probe.ts'
import { FakeCluster } from '../../../support/cluster/fake-cluster.ts'
import { reconcilerRig, SECRET } from '../../../support/cluster/reconciler-rig.ts'
import type { KubeObject } from '../../../../operator/runtime/kube-object.ts'

const { signal } = new AbortController()
const claim = (metadata: object = {}): KubeObject => ({ apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { namespace: 'lab', name: 'theirs', ...metadata } })
const USE = { labels: { 'peerprobe.dev/use': 'true' } }
const dumps = { consumer: { dump: { enabled: true, volume: { claim: 'theirs' } } } }
const backup = { backup: { enabled: true, volume: { claim: 'theirs' } } }
const places = { places: { volume: { claim: 'theirs' } } }
const storage = { scans: [{ name: 'main', network: { preset: 'ipfs' } }, { name: 'fil', network: { preset: 'filecoin' }, storage: { claim: 'theirs' } }] }

async function outcomeOf (spec: object, theirs: KubeObject | undefined, policy: object = {}): Promise<string> {
  const cluster = new FakeCluster()

  if (theirs !== undefined) {
    cluster.put(theirs)
  }

  return await volumeClaimsStep({ ...cluster.deps(), policy }, clusterProbe(spec), signal).then(() => 'used', (err: unknown) => (err as Error).message)
}

suite('a PersistentVolumeClaim', () => {
  test('that does not allow its use is mounted by no field; the refusal contains field, claim and command', async () => {
    for (const [field, spec] of [['spec.consumer.dump.volume.claim', dumps], ['spec.backup.volume.claim', backup], ['spec.places.volume.claim', places], ['spec.scans[1].storage.claim', storage]] as const) {
      assert.equal(
        await outcomeOf(spec, claim()),
        `${field}: PersistentVolumeClaim lab/theirs does not allow PeerProbe amino to use it: `
        + 'kubectl label pvc theirs -n lab --overwrite peerprobe.dev/use=true, or annotate it with peerprobe.dev/allowed-probes=amino'
      )
      assert.equal(await outcomeOf(spec, undefined), `${field}: PersistentVolumeClaim lab/theirs does not exist`)
      assert.equal(await outcomeOf(spec, claim(USE)), 'used')
      assert.equal(await outcomeOf(spec, claim({ annotations: { 'peerprobe.dev/allowed-probes': 'other,amino' } })), 'used')
      assert.match(await outcomeOf(spec, claim({ annotations: { 'peerprobe.dev/allowed-probes': 'other' } })), /does not allow/)
      assert.equal(await outcomeOf(spec, claim(), { anyClaim: true }), 'used')
      assert.equal(await outcomeOf(spec, claim(), { namespaces: { lab: { anyClaim: true } } }), 'used')
      assert.match(await outcomeOf(spec, claim(), { namespaces: { other: { anyClaim: true } } }), /does not allow/)
    }
  })

  test('is not checked if nothing is written to it', async () => {
    assert.equal(await outcomeOf({ consumer: { dump: { enabled: false, volume: { claim: 'theirs' } } } }, undefined), 'used')
  })

  test('is in no pod before it allows its use, and plan says so', async () => {
    const { cluster, ready, converge } = reconcilerRig(dumps)
    cluster.put(claim())
    await converge()
    assert.equal(ready()?.reason, 'ClaimNotAllowed')
    assert.deepEqual(['Job', 'Deployment', 'CronJob'].map(kind => cluster.store(kind).size), [0, 0, 0])
    cluster.put(SECRET)
    const { notes } = await planProbe({ ...cluster.deps(), workloadImage: undefined, defaultImage: 'peerprobe:1' }, probeObject(dumps), signal)
    assert.match(notes.join(), /^spec\.consumer\.dump\.volume\.claim: .*does not allow PeerProbe amino/)
    cluster.put(claim(USE))
    await converge()

    assert.equal(ready()?.reason, 'Running')
  })
})
