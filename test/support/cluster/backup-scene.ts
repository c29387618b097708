import assert from 'node:assert/strict'
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { restore } from '../../../consumer/backup/restore.ts'
import { MysqlConfig } from '../../../core/contracts/process-config.ts'
import { systemClock } from '../../../core/time/clock.ts'
import { SCHEMA_VERSION } from '../consumer/migrated-database.ts'
import { TempFolder } from '../temp-folder.ts'
import { until } from '../until.ts'
import { NODE_ADDRESS } from './runner/node-network.ts'
import type { BackupStatus } from '../../../operator/reconcile/status/backup-status.ts'
import type { KubeObject } from '../../../operator/runtime/kube-object.ts'
import type { SqlServer } from '../servers/sql-server.ts'
import type { ClusterRig } from './cluster-rig.ts'

interface Probe extends KubeObject { status: { backup?: BackupStatus } }

const LIMIT_MS = 180_000
const { signal } = new AbortController()

/**
 * Backs the database of the PeerProbe `amino` up by its CronJob into the claim `backups`, restores the backup into another
 * database, and lets the next one fail. The database and its user have the name of the namespace; the user loses its rights.
 */
export async function backsUp (rig: ClusterRig, sql: SqlServer, namespace: string): Promise<void> {
  const backup = async (job: string, condition: string): Promise<void> => {
    await rig.plane.kubectl(['create', 'job', job, '--from=cronjob/amino-backup', '-n', namespace])
    const { code, stderr } = await rig.plane.kubectl(['wait', `--for=condition=${condition}`, `job/${job}`, '-n', namespace, '--timeout=170s'])
    assert.equal(code, 0, stderr + rig.node.logs(namespace, job))
  }
  const status = async (): Promise<BackupStatus | undefined> => (await rig.plane.get<Probe>('pp', 'amino', '-n', namespace)).status.backup
  const folder = join(rig.node.claims, namespace, 'backups')
  await backup('first', 'Complete')
  await until('the status has it', async () => (await status())?.lastSuccessTime !== undefined, LIMIT_MS)
  const [file = '', manifest, ...more] = readdirSync(folder).sort()
  assert.deepEqual([manifest, more], [`${file}.json`, []])

  const root = await sql.root()
  await root.query(`CREATE DATABASE restored; GRANT ALL ON restored.* TO ${namespace}`)
  using temp = new TempFolder()
  writeFileSync(temp.file('password'), 'secret')
  const mysql = MysqlConfig.parse({ host: NODE_ADDRESS, port: sql.port, database: 'restored', username: namespace, passwordFile: temp.file('password'), tls: { caFile: sql.caFile } })
  const { rows } = await restore({ clock: systemClock, knownSchema: SCHEMA_VERSION }, join(folder, file), { mysql }, signal)
  assert.ok((rows['visit'] ?? 0) > 0)

  await root.query(`REVOKE ALL ON ${namespace}.* FROM ${namespace}`)
  await root.end()
  await backup('second', 'Failed')
  await until('the status says why', async () => (await status())?.lastFailure?.job === 'second', LIMIT_MS)
  assert.match((await status())?.lastFailure?.reason ?? '', /^Store/)
  assert.deepEqual(readdirSync(folder).sort(), [file, manifest])
}

/** Turns the backups of a PeerProbe on, whose pods are simulated, makes one, and turns them off. */
export async function beginsAndEndsBackups (rig: ClusterRig, namespace: string): Promise<void> {
  const spec = { accessModes: ['ReadWriteOnce'], storageClassName: '', volumeMode: 'Filesystem' }
  await rig.namespace(namespace)
  await rig.plane.apply(
    { apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name: 'backup-files' }, spec: { ...spec, capacity: { storage: '1Gi' }, hostPath: { path: '/backup-files' } } },
    {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'files', namespace, labels: { 'peerprobe.dev/use': 'true' } },
      spec: { ...spec, volumeName: 'backup-files', resources: { requests: { storage: '1Gi' } } }
    }
  )
  await rig.probe(namespace, { backup: { enabled: true, volume: { claim: 'files' } } })
  await rig.untilReady(namespace, 'True')
  const { code, stderr } = await rig.plane.kubectl(['create', 'job', 'now', '--from=cronjob/amino-backup', '-n', namespace])
  assert.equal(code, 0, stderr)
  await until('the status has the backup', async () => (await rig.plane.get<Probe>('pp', 'amino', '-n', namespace)).status.backup?.lastSuccessTime !== undefined, LIMIT_MS)
  await rig.plane.kubectl(['patch', 'pp', 'amino', '-n', namespace, '--type=merge', '-p', '{"spec":{"backup":{"enabled":false}}}'])
  await until('its objects are gone', async () => !(await rig.objects(namespace)).some(object => /^(?:CronJob|ConfigMap|NetworkPolicy)\/amino.backup$/.test(object)), LIMIT_MS)
  assert.ok((await rig.objects(namespace)).includes('CronJob/amino-retention'))
}
