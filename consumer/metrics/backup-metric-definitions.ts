import { ERRORS } from '../../core/errors.ts'
import type { MetricDefinition } from '../../core/metrics/metric-definition.ts'

const UNTIL_FIRST = 'absent until there is a whole backup'

/** What the process that backs up the database of one machine exposes; in a cluster the operator says the same of a PeerProbe. */
export const BACKUP_METRICS = {
  lastSuccess: {
    type: 'gauge',
    name: 'peerprobe_backup_last_success_timestamp_seconds',
    unit: 'seconds since 1970',
    meaning: 'When a backup was last complete.',
    answers: 'late',
    labels: {},
    onlyWhen: UNTIL_FIRST
  },
  size: {
    type: 'gauge',
    name: 'peerprobe_backup_size_bytes',
    unit: 'bytes',
    meaning: 'Size of the newest whole backup.',
    answers: 'room',
    labels: {},
    onlyWhen: UNTIL_FIRST
  },
  failures: {
    type: 'counter',
    name: 'peerprobe_backup_failures_total',
    unit: 'backups',
    meaning: 'Backups that failed, by error code. The earlier ones are kept, and it is tried again.',
    answers: 'lost',
    labels: { code: { values: '[error codes](errors.md)', atMost: Object.keys(ERRORS).length } },
    onlyWhen: 'absent until one has failed'
  }
} as const satisfies Record<string, MetricDefinition>
