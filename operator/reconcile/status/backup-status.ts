// What became of the backups, by their Jobs and pods. Kubernetes keeps only the last Jobs, so the status keeps the last
// success and the last failure.
import { z } from 'zod'
import { defined } from '../../../core/defined.ts'
import { ERRORS, isErrorCode } from '../../../core/errors.ts'
import { escapeControlChars } from '../../../core/text/escape-control-chars.ts'
import { KINDS } from '../../model/naming/kinds.ts'
import { isOurs } from '../apply/apply-step.ts'
import { worstFailure } from '../conditions/pod-failure.ts'
import { podsOf } from '../steps/workload-steps.ts'
import type { KubeObject } from '../../runtime/kube-object.ts'
import type { ReconcileDeps, Work } from '../apply/context.ts'

const Time = z.iso.datetime()

/** Why the last backup that failed did so. */
const BackupFailure = z.object({
  time: Time,

  /** Name of its Job. */
  job: z.string(),

  /** The reason of its error, such as `DiskLow`, or one of Kubernetes. */
  reason: z.string(),
  message: z.string()
})

type BackupFailure = z.output<typeof BackupFailure>

/** The backups of a PeerProbe, in its status. */
export const BackupStatus = z.object({
  /** When a backup was last complete, RFC 3339. */
  lastSuccessTime: Time.optional().catch(undefined),
  lastFailure: BackupFailure.optional().catch(undefined)
})

/** {@inheritDoc BackupStatus} */
export type BackupStatus = z.output<typeof BackupStatus>

const JobStatus = z.object({
  conditions: z.array(z.object({
    type: z.string(),
    status: z.string(),
    reason: z.string().default('Failed'),
    message: z.string().default(''),
    lastTransitionTime: Time
  }))
})

const MAX_MESSAGE = 500

/** The status of the backups; undefined where none are asked for, and until the first has ended. */
export function backupStatus (deps: ReconcileDeps, work: Work, before: unknown): Partial<BackupStatus> | undefined {
  const { metadata, spec } = work.probe

  if (!spec.backup.enabled) {
    return undefined
  }

  const known = BackupStatus.safeParse(before).data
  const jobs = deps.store(KINDS.job.kind).labelled(metadata.name).filter(job => isOurs(job, work) && job.metadata.labels?.['app.kubernetes.io/component'] === 'backup')
  const successes = jobs.flatMap(job => ended(job, 'Complete')?.lastTransitionTime ?? [])
  const failures = jobs.flatMap(job => failureOf(deps, work, job, known?.lastFailure) ?? [])
  const lastSuccessTime = [...successes, known?.lastSuccessTime ?? []].flat().sort().at(-1)
  const lastFailure = [...failures, known?.lastFailure ?? []].flat().toSorted((a, b) => b.time.localeCompare(a.time))[0]
  const status = defined({ lastSuccessTime, lastFailure })

  return Object.keys(status).length === 0 ? undefined : status
}

// The pods of a failed Job may go before the Job does: what they said is kept.
function failureOf (deps: ReconcileDeps, work: Work, job: KubeObject, known: BackupFailure | undefined): BackupFailure | undefined {
  const failed = ended(job, 'Failed')

  if (failed === undefined) {
    return undefined
  }

  const { name, uid } = job.metadata
  const pods = podsOf(deps, work, 'backup').filter(({ metadata: { ownerReferences = [] } }) => ownerReferences.some(owner => owner.uid === uid))
  const words = worstFailure(pods)

  if (words === undefined && known?.job === name) {
    return known
  }

  const { reason, message } = words === undefined ? failed : { ...words, reason: isErrorCode(words.code) ? ERRORS[words.code].reason : words.reason }

  return { time: failed.lastTransitionTime, job: name, reason, message: escapeControlChars(message).slice(0, MAX_MESSAGE) }
}

function ended ({ status }: KubeObject, how: 'Complete' | 'Failed'): z.output<typeof JobStatus>['conditions'][number] | undefined {
  return JobStatus.safeParse(status).data?.conditions.find(({ type, status: is }) => type === how && is === 'True')
}
