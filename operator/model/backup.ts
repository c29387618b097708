import { BACKUP_JOB_VARIABLE, BACKUP_OPTION_FILE } from '../../core/contracts/job-config.ts'
import { toMilliseconds } from '../../core/time/duration.ts'
import { labelsFor } from './naming/labels.ts'
import { backupConfigName, backupName } from './naming/names.ts'
import { storeConfigFor } from './pod/access.ts'
import { BACKUP_FOLDER, BACKUP_WORK_FOLDER, mysqlMounts, TERMINATION_LOG } from './pod/mounts.ts'
import { ownedCronJob } from './probe/owned.ts'
import { configMap, template } from './workloads.ts'
import type { Mount } from './pod/mounts.ts'
import type { ClusterProbe, ModelInput } from './probe/cluster-probe.ts'
import type { Desired } from './probe/owned.ts'

// As long as the first step waits before it takes files of another Job for those of a killed one.
const DEADLINE_SECONDS = 21_600

// Option file, certificate authorities, and a note of what is backed up.
const WORK_SIZE = '4Mi'

/**
 * The CronJob that makes backups: our first container looks at database and disk, the dump program of another image
 * writes the dump, alone and without a shell, and our last container packs it.
 */
export function backupObjects (probe: ClusterProbe, input: ModelInput): Desired[] {
  const { metadata, spec: { backup, mysql, consumer } } = probe
  const { backup: image } = input.images

  if (!backup.enabled || backup.volume === undefined || image === undefined) {
    return []
  }

  const labels = labelsFor(metadata, 'backup')
  const config = {
    ...storeConfigFor(probe.spec),
    folder: BACKUP_FOLDER,
    workFolder: BACKUP_WORK_FOLDER,
    keepMs: toMilliseconds(backup.keep),
    terminationLog: TERMINATION_LOG
  }
  const mounts: Mount[] = [
    ...mysqlMounts(probe.spec),
    { name: 'backups', path: BACKUP_FOLDER, source: { claim: backup.volume.claim } },
    { name: 'work', path: BACKUP_WORK_FOLDER, source: { memory: WORK_SIZE } }
  ]
  // Kubernetes replaces $(NAME) in commands, and takes two dollar signs for one.
  const database = mysql.database.replaceAll('$', '$$$$')

  return [
    configMap(probe, { name: backupConfigName(metadata), labels, config }, input),
    ownedCronJob(probe, { name: backupName(metadata), labels, schedule: backup.schedule }, {
      backoffLimit: 2,
      activeDeadlineSeconds: DEADLINE_SECONDS,
      template: template(probe, input, {
        name: backupConfigName(metadata),
        labels,
        entry: 'consumer/jobs/backup/finish/main.ts',
        config,
        mounts,
        pod: consumer.pod,
        probed: false,
        env: [{ name: BACKUP_JOB_VARIABLE, valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.labels[\'batch.kubernetes.io/job-name\']' } } }],
        before: [
          { name: 'begin', entry: 'consumer/jobs/backup/begin/main.ts' },
          { name: 'dump', image: image.image, command: [image.program, `--defaults-file=${BACKUP_WORK_FOLDER}/${BACKUP_OPTION_FILE}`, database] }
        ]
      })
    })
  ]
}
