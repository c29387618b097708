import { oneOf } from '../../core/metrics/metric-definition.ts'
import { CONDITION_TYPES } from '../reconcile/conditions/conditions.ts'
import type { MetricDefinition } from '../../core/metrics/metric-definition.ts'

// The buckets of controller-runtime, so that its dashboards work.
const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60] as const

/** Status codes with their own label value; others are `other`. */
export const ANSWER_CODES = [
  '200',
  '201',
  '202',
  '400',
  '401',
  '403',
  '404',
  '405',
  '409',
  '410',
  '413',
  '415',
  '422',
  '429',
  '500',
  '502',
  '503',
  '504',
  'error'
] as const

/** All kinds that the operator watches, writes or polls, including optional ones. */
const KIND = { values: 'kinds of objects that the operator knows', atMost: 20 }
const CONTROLLER = { values: 'peerprobe', atMost: 1 }
const PROBE = { namespace: { values: 'namespace of the PeerProbe', atMost: 1 }, name: { values: 'its name', atMost: 1 } }
const SCAN = { values: 'its scans', atMost: 32 }
const LEADER = 'only the operator that leads watches anything'
const SINCE_1970 = 'seconds since 1970'
const NOT_YET_DUE = 'absent until the schedule has asked for one'
const AFTER_A_CRAWL = 'absent until a crawl of the scan has ended; the operator asks the crawlers every 20 s'

/** Metrics of the operator's own work, with the names of controller-runtime and client-go if these have one, for existing dashboards. */
export const CONTROLLER_METRICS = {
  leader: { type: 'gauge', name: 'leader_election_master_status', unit: '0 or 1', meaning: 'Whether this process leads.', answers: 'running', labels: { name: CONTROLLER } },

  reconciles: {
    type: 'counter',
    name: 'controller_runtime_reconcile_total',
    unit: 'reconciliations',
    meaning: 'Reconciliations by result.',
    answers: 'working',
    labels: { controller: CONTROLLER, result: oneOf(['success', 'requeue_after', 'error']) }
  },
  adds: { type: 'counter', name: 'workqueue_adds_total', unit: 'keys', meaning: 'Keys added to the queue.', answers: 'working', labels: { name: CONTROLLER } },
  written: {
    type: 'counter',
    name: 'peerprobe_operator_objects_written_total',
    unit: 'objects',
    meaning: 'Objects written, since they differed from what is wanted; at rest there are none.',
    answers: 'working',
    labels: { kind: KIND, outcome: oneOf(['applied', 'replaced']) },
    onlyWhen: 'a kind has series once an object of it was written'
  },

  watchAge: {
    type: 'gauge',
    name: 'peerprobe_operator_watch_age_seconds',
    unit: 'seconds',
    meaning: 'How long ago the API server was heard of a kind; it says something each minute.',
    answers: 'late',
    labels: { kind: KIND },
    onlyWhen: LEADER
  },
  depth: { type: 'gauge', name: 'workqueue_depth', unit: 'keys', meaning: 'Keys that wait for a worker.', answers: 'late', labels: { name: CONTROLLER } },
  longest: {
    type: 'gauge',
    name: 'workqueue_longest_running_processor_seconds',
    unit: 'seconds',
    meaning: 'How long the longest reconciliation in progress has taken.',
    answers: 'late',
    labels: { name: CONTROLLER }
  },

  errors: { type: 'counter', name: 'controller_runtime_reconcile_errors_total', unit: 'reconciliations', meaning: 'Reconciliations that failed.', answers: 'lost', labels: { controller: CONTROLLER } },
  terminal: {
    type: 'counter',
    name: 'controller_runtime_terminal_reconcile_errors_total',
    unit: 'reconciliations',
    meaning: 'Reconciliations that failed for good, such as of a PeerProbe that is invalid.',
    answers: 'lost',
    labels: { controller: CONTROLLER }
  },
  retries: { type: 'counter', name: 'workqueue_retries_total', unit: 'keys', meaning: 'Keys that were tried again after a failure.', answers: 'lost', labels: { name: CONTROLLER } },

  seconds: {
    type: 'histogram',
    name: 'controller_runtime_reconcile_time_seconds',
    unit: 'seconds',
    meaning: 'Duration of reconciliations.',
    answers: 'time',
    labels: { controller: CONTROLLER },
    buckets: SECONDS
  },
  waited: { type: 'histogram', name: 'workqueue_queue_duration_seconds', unit: 'seconds', meaning: 'How long keys waited for a worker.', answers: 'time', labels: { name: CONTROLLER }, buckets: SECONDS },
  active: { type: 'gauge', name: 'controller_runtime_active_workers', unit: 'keys', meaning: 'Keys that are worked on.', answers: 'time', labels: { controller: CONTROLLER } },
  workers: { type: 'gauge', name: 'controller_runtime_max_concurrent_reconciles', unit: 'keys', meaning: 'Keys that may be worked on at the same time.', answers: 'time', labels: { controller: CONTROLLER } },
  requests: {
    type: 'counter',
    name: 'rest_client_requests_total',
    unit: 'requests',
    meaning: 'Requests to the API server; the code is error where it gave no answer.',
    answers: 'time',
    labels: { code: oneOf([...ANSWER_CODES, 'other']), method: oneOf(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']), host: { values: 'the API server', atMost: 1 } }
  },
  requestSeconds: {
    type: 'histogram',
    name: 'rest_client_request_duration_seconds',
    unit: 'seconds',
    meaning: 'Time until the API server began to answer, by verb; for watches as well.',
    answers: 'time',
    labels: { verb: oneOf(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']), host: { values: 'the API server', atMost: 1 } },
    buckets: SECONDS
  },

  objects: { type: 'gauge', name: 'peerprobe_operator_watched_objects', unit: 'objects', meaning: 'Objects that the operator holds in memory, by kind.', answers: 'room', labels: { kind: KIND }, onlyWhen: LEADER },
  secrets: {
    type: 'gauge',
    name: 'peerprobe_operator_polled_secrets',
    unit: 'Secrets',
    meaning: 'Secrets that the operator looks at in turn, since it may not watch them: 25 a second.',
    answers: 'room',
    labels: {}
  }
} as const satisfies Record<string, MetricDefinition>

/** Metrics of each PeerProbe, from its status, exposed by the leading operator. They disappear with the PeerProbe. */
export const PROBE_METRICS = {
  condition: {
    type: 'gauge',
    name: 'peerprobe_operator_condition',
    unit: '0 or 1',
    meaning: 'The conditions of a PeerProbe: 1 for the status that each has, 0 for the others.',
    answers: 'working',
    labels: { ...PROBE, type: oneOf(CONDITION_TYPES), status: oneOf(['True', 'False', 'Unknown']) },
    per: 'PeerProbe',
    onlyWhen: 'a type has series once the PeerProbe has the condition'
  },
  scansWanted: { type: 'gauge', name: 'peerprobe_operator_scans_wanted', unit: 'scans', meaning: 'Scans of a PeerProbe; 0 while it is suspended.', answers: 'working', labels: PROBE, per: 'PeerProbe' },
  scansReady: { type: 'gauge', name: 'peerprobe_operator_scans_ready', unit: 'scans', meaning: 'Scans of a PeerProbe whose crawler is ready.', answers: 'working', labels: PROBE, per: 'PeerProbe' },
  consumersWanted: { type: 'gauge', name: 'peerprobe_operator_consumers_wanted', unit: 'pods', meaning: 'Consumers that a PeerProbe asks for; 0 while it is suspended.', answers: 'working', labels: PROBE, per: 'PeerProbe' },
  consumersReady: { type: 'gauge', name: 'peerprobe_operator_consumers_ready', unit: 'pods', meaning: 'Consumers of a PeerProbe that are ready.', answers: 'working', labels: PROBE, per: 'PeerProbe' },
  lastCrawl: {
    type: 'gauge',
    name: 'peerprobe_operator_last_crawl_timestamp_seconds',
    unit: SINCE_1970,
    meaning: 'When the last crawl of a scan ended that was not aborted.',
    answers: 'late',
    labels: { ...PROBE, scan: SCAN },
    per: 'PeerProbe',
    onlyWhen: AFTER_A_CRAWL
  },
  crawlSeconds: {
    type: 'gauge',
    name: 'peerprobe_operator_last_crawl_duration_seconds',
    unit: 'seconds',
    meaning: 'How long that crawl took.',
    answers: 'late',
    labels: { ...PROBE, scan: SCAN },
    per: 'PeerProbe',
    onlyWhen: AFTER_A_CRAWL
  },
  lag: {
    type: 'gauge',
    name: 'peerprobe_operator_lag_messages',
    unit: 'messages',
    meaning: 'Messages that wait for the consumers of a PeerProbe, rounded up to a power of ten; the consumers\' own metric is exact.',
    answers: 'late',
    labels: PROBE,
    per: 'PeerProbe',
    onlyWhen: 'absent until a consumer has answered the operator'
  },
  retention: {
    type: 'gauge',
    name: 'peerprobe_operator_retention_timestamp_seconds',
    unit: SINCE_1970,
    meaning: 'When the retention job of a PeerProbe last succeeded; it also prepares the coming days\' partitions of the table of visits.',
    answers: 'late',
    labels: PROBE,
    per: 'PeerProbe',
    onlyWhen: 'absent until the job has succeeded, which it does once a day by its default'
  },
  retentionDue: scheduled('retention', 'the retention job', `${NOT_YET_DUE}, and while the PeerProbe is suspended`),
  sessions: {
    type: 'gauge',
    name: 'peerprobe_operator_sessions_last_success_timestamp_seconds',
    unit: SINCE_1970,
    meaning: 'When the job that derives the sessions of peers last succeeded.',
    answers: 'late',
    labels: PROBE,
    per: 'PeerProbe',
    onlyWhen: 'only with sessions, and absent until the job has succeeded, which it does once an hour by its default'
  },
  sessionsDue: scheduled('sessions', 'the job that derives sessions', `only with sessions, ${NOT_YET_DUE}, and while the PeerProbe is suspended`),
  backup: {
    type: 'gauge',
    name: 'peerprobe_operator_backup_last_success_timestamp_seconds',
    unit: SINCE_1970,
    meaning: 'When a backup of a PeerProbe was last complete.',
    answers: 'late',
    labels: PROBE,
    per: 'PeerProbe',
    onlyWhen: 'only with backups, and absent until one has succeeded'
  },
  backupDue: scheduled('backup', 'a backup', `only with backups, ${NOT_YET_DUE}, and while the PeerProbe is suspended`),
  peers: {
    type: 'gauge',
    name: 'peerprobe_operator_peers',
    unit: 'peers',
    meaning: 'Peers of the last crawl of a scan: all that were contacted, and those of them that serve the DHT.',
    answers: 'network',
    labels: { ...PROBE, scan: SCAN, state: oneOf(['contacted', 'dht_server']) },
    per: 'PeerProbe',
    onlyWhen: AFTER_A_CRAWL
  }
} as const satisfies Record<string, MetricDefinition>

// Of a job of a schedule: compared with its last success it tells whether one is missing.
function scheduled (job: string, what: string, onlyWhen: string): MetricDefinition & { type: 'gauge', labels: typeof PROBE } {
  return {
    type: 'gauge',
    name: `peerprobe_operator_${job}_scheduled_timestamp_seconds`,
    unit: SINCE_1970,
    meaning: `When the schedule of a PeerProbe last asked for ${what}; one that has succeeded since is later than that.`,
    answers: 'late',
    labels: PROBE,
    per: 'PeerProbe',
    onlyWhen
  }
}
