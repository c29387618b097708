// Series of each PeerProbe, read at each scrape from the operator's cache. They disappear with the object, and an operator that
// does not lead has none. Other users may write nonsense to a status: values of a form that the operator does not write are
// left out.
import { z } from 'zod'
import { readGauges } from '../../core/metrics/open-metric.ts'
import { backupName, retentionName, sessionsName } from '../model/naming/names.ts'
import { CONDITION_TYPES } from '../reconcile/conditions/conditions.ts'
import { BackupStatus } from '../reconcile/status/backup-status.ts'
import { PROBE_METRICS } from './operator-metric-definitions.ts'
import type { LabelOf } from '../../core/metrics/metric-definition.ts'
import type { Labelled } from '../../core/metrics/open-metric.ts'
import type { Registry } from '../../core/process/metrics.ts'
import type { KubeObject, ObjectKey } from '../runtime/kube-object.ts'

/** Sources of the series. */
export interface SeenProbes {
  /** The last known PeerProbes; none while another operator leads. */
  probes: () => readonly KubeObject[]

  /** An object of the kind CronJob. */
  cronJob: (key: ObjectKey) => KubeObject | undefined
}

const STATUSES = ['True', 'False', 'Unknown'] as const
const MAX_SCANS = 32
const Count = z.number().min(0)

const ScanStatus = z.object({
  name: z.string().max(63),
  ready: z.boolean().optional().catch(undefined),
  lastCrawl: z.object({ finishedAt: z.string(), durationSeconds: Count, contacted: Count, dhtServers: Count }).optional().catch(undefined)
})

const Seen = z.object({
  spec: z.object({
    suspend: z.boolean().catch(false),
    scans: z.array(z.unknown()).catch([]),
    consumer: z.object({ replicas: Count.catch(0) }).catch({ replicas: 0 }),
    backup: z.object({ enabled: z.boolean().catch(false) }).catch({ enabled: false })
  }).catch({ suspend: false, scans: [], consumer: { replicas: 0 }, backup: { enabled: false } }),
  status: z.object({
    conditions: z.array(z.object({ type: z.string(), status: z.enum(STATUSES) })).catch([]),
    scans: z.array(ScanStatus).max(MAX_SCANS).catch([]),
    lag: Count.optional().catch(undefined),
    consumer: z.object({ ready: Count.catch(0) }).catch({ ready: 0 }),
    backup: BackupStatus.catch({})
  }).catch({ conditions: [], scans: [], consumer: { ready: 0 }, backup: {} })
})

type SeenProbe = z.output<typeof Seen> & { key: { namespace: string, name: string } }
type NameOf = (key: SeenProbe['key']) => string
type Definition = typeof PROBE_METRICS[keyof typeof PROBE_METRICS]

interface CronJobStatus { lastSuccessfulTime?: string, lastScheduleTime?: string }

/** Adds the gauges of all PeerProbes. */
export function addProbeGauges (registry: Registry, { probes, cronJob }: SeenProbes): void {
  const add = <D extends Definition>(definition: D, series: (probe: SeenProbe) => readonly Labelled<LabelOf<D>>[]): void => {
    readGauges(registry, definition, () => probes().flatMap(object => series(seen(object))))
  }

  add(PROBE_METRICS.condition, conditionSeries)
  add(PROBE_METRICS.scansWanted, ({ key, spec }) => [[key, spec.suspend ? 0 : spec.scans.length]])
  add(PROBE_METRICS.scansReady, ({ key, status }) => [[key, status.scans.filter(({ ready }) => ready).length]])
  add(PROBE_METRICS.consumersWanted, ({ key, spec }) => [[key, spec.suspend ? 0 : spec.consumer.replicas]])
  add(PROBE_METRICS.consumersReady, ({ key, status }) => [[key, status.consumer.ready]])
  add(PROBE_METRICS.lag, ({ key, status: { lag } }) => lag === undefined ? [] : [[key, lag]])
  add(PROBE_METRICS.lastCrawl, ({ key, status }) => status.scans.flatMap(({ name, lastCrawl }) => timeSeries({ ...key, scan: name }, lastCrawl?.finishedAt)))
  add(PROBE_METRICS.crawlSeconds, ({ key, status }) => status.scans.flatMap(({ name, lastCrawl }) => lastCrawl === undefined
    ? []
    : [[{ ...key, scan: name }, lastCrawl.durationSeconds] as const]))
  add(PROBE_METRICS.peers, ({ key, status }) => status.scans.flatMap(({ name, lastCrawl }) => lastCrawl === undefined
    ? []
    : [[{ ...key, scan: name, state: 'contacted' }, lastCrawl.contacted], [{ ...key, scan: name, state: 'dht_server' }, lastCrawl.dhtServers]] as const))

  const job = (key: SeenProbe['key'], name: NameOf): CronJobStatus => cronJob({ namespace: key.namespace, name: name(key) })?.['status'] ?? {}
  const lastSuccess = (name: NameOf) => ({ key }: SeenProbe) => timeSeries(key, job(key, name).lastSuccessfulTime)
  const due = (name: NameOf) => ({ key, spec }: SeenProbe) => spec.suspend ? [] : timeSeries(key, job(key, name).lastScheduleTime)

  add(PROBE_METRICS.retention, lastSuccess(retentionName))
  add(PROBE_METRICS.retentionDue, due(retentionName))
  add(PROBE_METRICS.sessions, lastSuccess(sessionsName))
  add(PROBE_METRICS.sessionsDue, due(sessionsName))
  // The status keeps what becomes of backups that are made by hand as well.
  add(PROBE_METRICS.backup, ({ key, spec, status: { backup } }) => spec.backup.enabled ? timeSeries(key, backup.lastSuccessTime) : [])
  add(PROBE_METRICS.backupDue, probe => probe.spec.backup.enabled ? due(backupName)(probe) : [])
}

function seen (object: KubeObject): SeenProbe {
  const { namespace = '', name } = object.metadata

  return { ...Seen.parse({ spec: object['spec'], status: object['status'] }), key: { namespace, name } }
}

function conditionSeries ({ key, status: { conditions } }: SeenProbe): Labelled<'namespace' | 'name' | 'type' | 'status'>[] {
  return CONDITION_TYPES.flatMap((type) => {
    const now = conditions.find(condition => condition.type === type)?.status

    return now === undefined ? [] : STATUSES.map(status => [{ ...key, type, status }, status === now ? 1 : 0] as const)
  })
}

function timeSeries<L extends string> (labels: Readonly<Record<L, string>>, time: string | undefined): Labelled<L>[] {
  const ms = Date.parse(time ?? '')

  return Number.isNaN(ms) ? [] : [[labels, ms / 1_000]]
}
