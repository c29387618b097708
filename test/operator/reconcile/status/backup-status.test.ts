import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { labelsFor } from '../../../../operator/model/naming/labels.ts'
import { DEFAULT_BACKUP } from '../../../../operator/model/probe/images.ts'
import { Reconciler } from '../../../../operator/reconcile/reconciler.ts'
import { backupStatus } from '../../../../operator/reconcile/status/backup-status.ts'
import { clusterProbe, probeObject } from '../../../support/cluster/cluster-probe.ts'
import { FakeCluster } from '../../../support/cluster/fake-cluster.ts'
import { KEY, reconcilerRig, SECRET } from '../../../support/cluster/reconciler-rig.ts'
import type { BackupStatus } from '../../../../operator/reconcile/status/backup-status.ts'

const { signal } = new AbortController()
const BACKUP = { backup: { enabled: true, volume: { claim: 'backups' } } }
const CLAIM = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { namespace: 'lab', name: 'backups', labels: { 'peerprobe.dev/use': 'true' } } }
const labels = labelsFor({ namespace: 'lab', name: 'amino' }, 'backup')

function job (cluster: FakeCluster, name: string, type: 'Complete' | 'Failed', time: string): void {
  cluster.put({ apiVersion: 'batch/v1', kind: 'Job', metadata: { namespace: 'lab', name, labels, uid: `uid of ${name}` }, status: { conditions: [{ type, status: 'True', reason: 'BackoffLimitExceeded', message: 'too many tries', lastTransitionTime: time }] } })
}

function pod (cluster: FakeCluster, name: string, of: string, statuses: object): void {
  cluster.put({ apiVersion: 'v1', kind: 'Pod', metadata: { namespace: 'lab', name, labels, ownerReferences: [{ apiVersion: 'batch/v1', kind: 'Job', name: of, uid: `uid of ${of}`, controller: true }] }, status: statuses })
}

const failed = (message: string): object => ({ state: { terminated: { exitCode: 1, message } } })
const waits = { state: { waiting: { reason: 'PodInitializing' } } }

function statusIn (cluster: FakeCluster, before?: unknown, spec: object = BACKUP): Partial<BackupStatus> | undefined {
  return backupStatus(cluster.deps(), { probe: clusterProbe(spec), object: probeObject(spec) }, before)
}

suite('the backups in a status', () => {
  test('have the last success and the last failure, with what the step that failed said', () => {
    const cluster = new FakeCluster()
    assert.equal(statusIn(cluster), undefined)
    job(cluster, 'amino-backup-1', 'Complete', '2026-11-29T02:00:09Z')
    job(cluster, 'amino-backup-2', 'Failed', '2026-11-30T02:00:09Z')
    pod(cluster, 'p', 'amino-backup-2', { initContainerStatuses: [{ state: { terminated: { exitCode: 0 } } }, failed('mysqldump: Got errno 28 on write\u0007')], containerStatuses: [waits] })

    assert.deepEqual(statusIn(cluster), {
      lastSuccessTime: '2026-11-29T02:00:09Z',
      lastFailure: { time: '2026-11-30T02:00:09Z', job: 'amino-backup-2', reason: 'Error', message: 'mysqldump: Got errno 28 on write\\u{7}' }
    })
    pod(cluster, 'p', 'amino-backup-2', { initContainerStatuses: [failed('PP_DISK_LOW: /var/lib: make room')], containerStatuses: [waits] })
    assert.equal(statusIn(cluster)?.lastFailure?.reason, 'DiskLow')
  })

  test('are kept after Jobs and pods are gone, and replaced by later ones', () => {
    const cluster = new FakeCluster()
    const before: BackupStatus = { lastSuccessTime: '2026-11-29T02:00:09Z', lastFailure: { time: '2026-11-30T02:00:09Z', job: 'amino-backup-2', reason: 'DiskLow', message: 'm' } }
    assert.deepEqual(statusIn(cluster, before), before)
    job(cluster, 'amino-backup-2', 'Failed', '2026-11-30T02:00:09Z')
    assert.deepEqual(statusIn(cluster, before), before)
    assert.equal(statusIn(cluster)?.lastFailure?.reason, 'BackoffLimitExceeded')
    job(cluster, 'amino-backup-3', 'Complete', '2026-12-01T02:00:09Z')
    assert.deepEqual(statusIn(cluster, before), { ...before, lastSuccessTime: '2026-12-01T02:00:09Z' })
    assert.deepEqual(statusIn(cluster, { lastSuccessTime: 'x', lastFailure: 7 })?.lastSuccessTime, '2026-12-01T02:00:09Z')
    assert.equal(statusIn(cluster, before, {}), undefined)
  })

  test('leave out Jobs of other kinds and other PeerProbes', () => {
    const cluster = new FakeCluster()
    cluster.put({ apiVersion: 'batch/v1', kind: 'Job', metadata: { namespace: 'lab', name: 'x', labels: labelsFor({ namespace: 'lab', name: 'amino' }, 'retention') }, status: { conditions: [{ type: 'Complete', status: 'True', lastTransitionTime: '2026-12-01T02:00:09Z' }] } })

    assert.equal(statusIn(cluster), undefined)
  })
})

suite('a PeerProbe with backups', () => {
  test('has a CronJob where the operator has an image, which is pruned when they are off', async () => {
    const { cluster } = reconcilerRig(BACKUP)
    cluster.put(SECRET)
    cluster.put(CLAIM)
    const reconciler = new Reconciler({ ...cluster.deps(), images: { workload: 'peerprobe:1', backup: DEFAULT_BACKUP } })
    const converge = async (): Promise<void> => {
      for (let i = 0; i < 6; i++) {
        await reconciler.reconcile(KEY, signal)
        cluster.settle()
      }
    }
    await converge()
    assert.ok(cluster.store('CronJob').get({ namespace: 'lab', name: 'amino-backup' }) !== undefined)
    assert.ok(cluster.store('NetworkPolicy').get({ namespace: 'lab', name: 'amino-backup' }) !== undefined)
    cluster.put({ ...probeObject(), metadata: cluster.store('PeerProbe').get({ namespace: 'lab', name: 'amino' })!.metadata })
    await converge()

    assert.deepEqual(cluster.store('CronJob').all().map(({ metadata }) => metadata.name).sort(), ['amino-retention', 'amino-sessions'])
    assert.equal(cluster.store('ConfigMap').get({ namespace: 'lab', name: 'amino.backup' }), undefined)
  })

  test('is refused with the chart value where it has none', async () => {
    const { cluster, ready, converge } = reconcilerRig(BACKUP)
    cluster.put(CLAIM)
    await converge()

    assert.equal(ready()?.reason, 'NotSupported')
    assert.match(ready()?.message ?? '', /spec\.backup\.enabled.*backup\.image/s)
  })
})
