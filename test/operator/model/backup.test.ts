import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { BackupJobConfig } from '../../../core/contracts/job-config.ts'
import { backupObjects } from '../../../operator/model/backup.ts'
import { backupConfigName, backupName, crawlerName } from '../../../operator/model/naming/names.ts'
import { networkPolicies } from '../../../operator/model/network/policies.ts'
import { DEFAULT_BACKUP } from '../../../operator/model/probe/images.ts'
import { backupImageOf } from '../../../operator/reconcile/observe/running-image.ts'
import { clusterProbe, modelInput } from '../../support/cluster/cluster-probe.ts'
import type { ModelInput } from '../../../operator/model/probe/cluster-probe.ts'
import type { KubeObject } from '../../../operator/runtime/kube-object.ts'

interface Container {
  name: string
  image: string
  command?: string[]
  args?: string[]
  env?: { name: string, value?: string, valueFrom?: { fieldRef: { fieldPath: string } } }[]
  imagePullPolicy?: string
  resources: { limits: object }
  securityContext: object
  volumeMounts: { name: string, mountPath: string, readOnly?: boolean }[]
}
interface PodSpec {
  initContainers: Container[]
  containers: Container[]
  volumes: { name: string, emptyDir?: object }[]
  automountServiceAccountToken: boolean
}
interface JobSpec { activeDeadlineSeconds: number, template: { spec: PodSpec } }
interface CronJobSpec { schedule: string, suspend: boolean, concurrencyPolicy: string, timeZone: string, jobTemplate: { spec: JobSpec } }
interface PolicySpec {
  podSelector: { matchLabels: Record<string, string>, matchExpressions?: { values: string[] }[] }
  egress: { ports?: { port: number }[] }[]
  ingress: unknown[]
}

const BACKUP = { enabled: true, volume: { claim: 'backups' } }
const input: ModelInput = { ...modelInput, images: { ...modelInput.images, backup: DEFAULT_BACKUP } }

function rendered (spec: object = {}, with_: ModelInput = input): { config: unknown, cronJob: KubeObject, spec: CronJobSpec, pod: PodSpec } {
  const [configMap, cronJob] = backupObjects(clusterProbe({ backup: BACKUP, ...spec }), with_).map(({ object }) => object)
  const cronSpec = cronJob!['spec'] as CronJobSpec

  return { config: JSON.parse((configMap!['data'] as Record<string, string>)['process.json']!), cronJob: cronJob!, spec: cronSpec, pod: cronSpec.jobTemplate.spec.template.spec }
}

suite('the backups of a PeerProbe', () => {
  test('are a CronJob of three steps, of which the dump program is alone in its container, without a shell', () => {
    const { config, spec, pod } = rendered()
    const [begin, dump, ...more] = pod.initContainers

    const { schedule, timeZone, suspend, concurrencyPolicy, jobTemplate } = spec
    assert.deepEqual([schedule, timeZone, suspend, concurrencyPolicy, jobTemplate.spec.activeDeadlineSeconds], ['0 2 * * *', 'Etc/UTC', false, 'Forbid', 21_600])
    assert.deepEqual(more, [])
    const { workload } = modelInput.images
    assert.deepEqual([begin?.image, begin?.args, pod.containers[0]?.args], [workload, ['consumer/jobs/backup/begin/main.ts'], ['consumer/jobs/backup/finish/main.ts']])
    assert.deepEqual([dump?.image, dump?.command, dump?.args, dump?.env], [DEFAULT_BACKUP.image, ['mariadb-dump', '--defaults-file=/run/peerprobe/dump.cnf', 'ipfs'], undefined, undefined])
    assert.equal(BackupJobConfig.parse(config).keepMs, 604_800_000)
    assert.equal(BackupJobConfig.parse(config).mysql.passwordFile, '/etc/peerprobe/mysql/password')
  })

  test('run within the restricted Pod Security Standard, with resources, and share only a folder in memory and the claim', () => {
    const { pod } = rendered()

    for (const container of [...pod.initContainers, ...pod.containers]) {
      assert.deepEqual(container.securityContext, { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } })
      assert.ok(Object.hasOwn(container.resources.limits, 'memory'))
      assert.deepEqual(container.volumeMounts.filter(({ readOnly }) => readOnly !== true).map(({ name }) => name), ['tmp', 'backups', 'work'])
    }
    assert.equal(pod.automountServiceAccountToken, false)
    assert.deepEqual(pod.volumes.find(({ name }) => name === 'work')?.emptyDir, { medium: 'Memory', sizeLimit: '4Mi' })
    assert.equal(pod.containers[0]?.env?.find(({ name }) => name === 'BACKUP_JOB')?.valueFrom?.fieldRef.fieldPath, 'metadata.labels[\'batch.kubernetes.io/job-name\']')
  })

  test('follow the settings: schedule, time kept, suspend, image, program, pull policy, and a name that Kubernetes would expand', () => {
    const images = { ...modelInput.images, pullPolicy: 'Always', backup: { image: 'r.example/mysql@sha256:12', program: 'mysqldump' } }
    const mysql = { host: 'db', database: '$(POD)$$x'.replaceAll(/[()]/g, '_'), credentialsSecret: { name: 'mysql' } }
    const { config, spec, pod } = rendered({ backup: { ...BACKUP, schedule: '5 4 * * 0', keep: '48h' }, suspend: true, mysql }, { ...input, images })

    assert.deepEqual([spec.schedule, spec.suspend, BackupJobConfig.parse(config).keepMs], ['5 4 * * 0', true, 172_800_000])
    assert.deepEqual([pod.initContainers[1]?.image, pod.initContainers[1]?.imagePullPolicy], ['r.example/mysql@sha256:12', 'Always'])
    assert.deepEqual(pod.initContainers[1]?.command, ['mysqldump', '--defaults-file=/run/peerprobe/dump.cnf', '$$_POD_$$$$x'])
    assert.deepEqual(backupImageOf(rendered({}, { ...input, images }).cronJob), images.backup)
    assert.equal(backupImageOf(undefined), undefined)
  })

  test('are none where they are off, and where there is no volume or no image', () => {
    assert.deepEqual(backupObjects(clusterProbe(), input), [])
    assert.deepEqual(backupObjects(clusterProbe({ backup: { enabled: true } }), input), [])
    assert.deepEqual(backupObjects(clusterProbe({ backup: BACKUP }), modelInput), [])
  })

  test('reach the database and name servers only, and nobody reaches them', () => {
    const policyOf = (spec: object): Record<string, PolicySpec> =>
      Object.fromEntries(networkPolicies(clusterProbe(spec), input).map(({ object }) => [object.metadata.name, object['spec'] as PolicySpec]))
    const on = policyOf({ backup: BACKUP })
    const ports = on['amino-backup']?.egress.flatMap(({ ports }) => ports?.map(({ port }) => port) ?? [])

    assert.deepEqual([ports, on['amino-backup']?.ingress], [[53, 53, 3_306], []])
    assert.equal(on['amino-backup']?.podSelector.matchLabels['app.kubernetes.io/component'], 'backup')
    assert.deepEqual(on['amino-consumer']?.podSelector.matchExpressions?.[0]?.values, ['crawler', 'backup'])
    assert.deepEqual(policyOf({})['amino-consumer']?.podSelector.matchExpressions?.[0]?.values, ['crawler'])
  })

  test('have names that no crawler has', () => {
    const key = { namespace: 'lab', name: 'a-crawler' }

    assert.equal(backupName(key), 'a-crawler-backup')
    assert.notEqual(backupConfigName(key), crawlerName({ namespace: 'lab', name: 'a' }, 'backup'))
  })
})
