// The alerts on jobs that a schedule asks for, on the series of a real operator: real controllers make the Jobs, and a quota refuses their
// pods. Durations of the rules are divided, so that hours are seconds.
import { readFileSync, writeFileSync } from 'node:fs'
import { after, before, suite, test } from 'node:test'
import { fasterRules } from '../../support/alerts/faster-rules.ts'
import { adminPortOf } from '../../support/alerts/operator-lab.ts'
import { untilSilent } from '../../support/alerts/until-silent.ts'
import { CHART } from '../../support/cluster/chart-rig.ts'
import { ClusterRig, missingCluster } from '../../support/cluster/cluster-rig.ts'
import { Prometheus } from '../../support/servers/prometheus.ts'
import { missingPrometheus } from '../../support/servers/promtool.ts'
import { TempFolder } from '../../support/temp-folder.ts'
import { until } from '../../support/until.ts'

const missing = missingCluster ?? missingPrometheus
const NAMESPACE = 'lab'
const JOBS = { retention: 'retention', sessions: 'sessions_last_success', backup: 'backup_last_success' }
const ALERTS = ['PeerProbeBackupOld', 'PeerProbeRetentionOverdue', 'PeerProbeSessionsOverdue']

// Six hours, after which the last of the three fires, are ninety seconds.
const FASTER = 240
const LIMIT_MS = 480_000

suite('jobs that a schedule asks for', { skip: missing ?? false }, () => {
  const stack = new AsyncDisposableStack()
  let rig: ClusterRig
  let prometheus: Prometheus

  before(async () => {
    const folder = stack.use(new TempFolder())
    rig = stack.use(await ClusterRig.open({ strimzi: false }))
    const operator = rig.operator()
    writeFileSync(folder.file('rules.yaml'), fasterRules(readFileSync(`${CHART}/rules.yaml`, 'utf8'), FASTER))
    prometheus = stack.use(await Prometheus.open({ ruleFiles: [folder.file('rules.yaml')] }))
    await rig.namespace(NAMESPACE)
    await rig.plane.apply(...backupVolume())
    const schedule = '* * * * *'
    await rig.probe(NAMESPACE, { retention: { schedule }, sessions: { schedule }, backup: { enabled: true, schedule, volume: { claim: 'backups' } } })
    await rig.untilReady(NAMESPACE, 'True')
    const labels = { namespace: 'peerprobe-system', job: 'peerprobe-system/probe-operator', pod: 'probe-operator' }
    await prometheus.setTargets([{ address: `127.0.0.1:${String(await adminPortOf(operator))}`, labels, honorLabels: true }])
  })
  after(async () => {
    await stack.disposeAsync()
  })

  const firing = async (): Promise<string[]> => {
    const alerts = await prometheus.query(`ALERTS{alertstate="firing",alertname=~"${ALERTS.join('|')}"}`)

    return alerts.map(({ labels }) => `${labels['alertname']!} ${labels['namespace']!}/${labels['name']!}`).toSorted()
  }

  test('fire no alert while they succeed', async () => {
    for (const [job, succeeded] of Object.entries(JOBS)) {
      const [last, scheduled] = [succeeded, `${job}_scheduled`].map(name => `peerprobe_operator_${name}_timestamp_seconds`)
      await prometheus.waitFor(`${last!} >= ${scheduled!}`, undefined, LIMIT_MS)
    }
    await untilSilent(prometheus, 15, LIMIT_MS)
  })

  test('fire where a quota leaves no room for their pods, and are silent once it is gone', async () => {
    await rig.plane.apply({ apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'full', namespace: NAMESPACE }, spec: { hard: { pods: '0' } } })
    await until('all three fire', async () => (await firing()).join() === ALERTS.map(name => `${name} ${NAMESPACE}/amino`).join(), LIMIT_MS)

    await rig.plane.kubectl(['delete', 'resourcequota', 'full', '-n', NAMESPACE])
    await until('silent again', async () => (await firing()).length === 0, LIMIT_MS)
  })
})

function backupVolume (): object[] {
  const spec = { accessModes: ['ReadWriteOnce'], storageClassName: '', volumeMode: 'Filesystem' }

  return [
    { apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name: 'backups' }, spec: { ...spec, capacity: { storage: '1Gi' }, hostPath: { path: '/backups' } } },
    {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'backups', namespace: NAMESPACE, labels: { 'peerprobe.dev/use': 'true' } },
      spec: { ...spec, volumeName: 'backups', resources: { requests: { storage: '1Gi' } } }
    }
  ]
}
