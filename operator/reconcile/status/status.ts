import { defined } from '../../../core/defined.ts'
import { crawlRequestsOf } from '../../model/crawl-now.ts'
import { selectorFor } from '../../model/naming/labels.ts'
import { consumerName, crawlerName } from '../../model/naming/names.ts'
import { conditionsOf, ORDER } from '../conditions/conditions.ts'
import { HELD_BY } from '../observe/strimzi-status.ts'
import { backupStatus } from './backup-status.ts'
import { crawlNowStatus } from './crawl-now-status.ts'
import { POOR_CRAWL, withCrawlNotes } from './process-findings.ts'
import type { ReconcileDeps, Work } from '../apply/context.ts'
import type { Condition, ConditionType, Finding } from '../conditions/conditions.ts'
import type { KafkaResult } from '../steps/kafka-step.ts'
import type { CrawlNowStatus } from './crawl-now-status.ts'
import type { ProcessFigures, ScanFigures } from './process-figures.ts'

/** The result of a reconciliation. */
export interface Findings {
  conditions: Partial<Record<ConditionType, Finding>>
  kafka: KafkaResult | undefined

  /** The prepare Job that succeeded for the present spec. */
  prepared: string | undefined

  figures: ProcessFigures
}

/** The fields of a status that the operator reads again. */
export interface StatusBefore {
  observedGeneration?: number
  conditions?: Condition[]
  prepared?: string

  /** What was verified, and since when: see `claims.ts`. */
  claim?: unknown

  /** See `backup-status.ts`. */
  backup?: unknown

  scans?: ScanStatus[]
  lag?: number
  replicas?: number
  consumer?: { ready?: number }
  kafka?: { topicId?: string, topic?: string, bootstrapServers?: string }
}

/** One scan in a status. */
export interface ScanStatus extends Omit<ScanFigures, 'toldCrawlNow'> { name: string, deployment: string, ready: boolean, crawlNow?: CrawlNowStatus }

/** Adds the summary: the first cause of not being ready, with its message. */
export function summarise (conditions: Findings['conditions']): Findings['conditions'] {
  return { ...conditions, Ready: readyOf(conditions) }
}

function readyOf ({ Paused, Suspended, ...conditions }: Findings['conditions']): Finding {
  const parts = ORDER.flatMap(type => conditions[type] ?? [])
  const cause = parts.find(({ status }) => status === 'False') ?? parts.find(({ status }) => status === 'Unknown')

  if (Paused?.status === 'True') {
    return { ...Paused, status: 'Unknown' }
  }
  if (cause !== undefined) {
    return { ...cause, status: 'False' }
  }

  if (Suspended?.status === 'True') {
    return { ...Suspended, status: 'False' }
  }

  // An object that a person paused is not a failure, but the message must keep mentioning it.
  const held = parts.find(({ reason }) => Object.hasOwn(HELD_BY, reason))
  const poor = conditions.CrawlersReady?.reason === POOR_CRAWL ? conditions.CrawlersReady : undefined

  return { status: 'True', reason: 'Running', message: ['everything runs', ...[held, poor].flatMap(finding => finding?.message ?? [])].join('; ') }
}

/** The status of a PeerProbe. */
export function statusOf (deps: ReconcileDeps, work: Work, { conditions, kafka, prepared, figures }: Findings): Record<string, unknown> & Pick<StatusBefore, 'scans'> {
  const { probe: { metadata }, object } = work
  const before = (object['status'] ?? {}) as StatusBefore
  const now = `${new Date(deps.clock.now()).toISOString().slice(0, 19)}Z`
  const generation = metadata.generation ?? 0
  const consumer = readiness(deps, metadata.namespace, consumerName(metadata))
  const scans = scansOf(deps, work, figures, before)
  const all = summarise(withCrawlNotes(conditions, scans.scans))

  return withoutUndefined({
    observedGeneration: generation,
    conditions: conditionsOf(all, before.conditions ?? [], { generation, now }),
    summary: summaryOf(all.Ready),
    selector: Object.entries(selectorFor(metadata, 'consumer')).map(([key, value]) => `${key}=${value}`).join(','),
    replicas: consumer.replicas,
    prepared: prepared ?? before.prepared,
    claim: before.claim,
    ...scans,
    lag: figures.lag ?? before.lag,
    kafka: kafkaStatus(work, kafka, before),
    consumer: { ready: consumer.ready },
    backup: backupStatus(deps, work, before.backup)
  })
}

function kafkaStatus ({ probe: { spec } }: Work, kafka: KafkaResult | undefined, before: StatusBefore): unknown {
  return kafka === undefined
    ? before.kafka
    : withoutUndefined({
        bootstrapServers: kafka.access.bootstrapServers.join(','),
        topic: spec.kafka.topic.name,
        topicId: kafka.topicId ?? before.kafka?.topicId
      })
}

function summaryOf (ready: Finding | undefined): string {
  return `${ready?.reason ?? ''}: ${ready?.message ?? ''}`.slice(0, 200)
}

// Separate fields, since printer columns cannot count.
function scansOf (deps: ReconcileDeps, { probe }: Work, figures: ProcessFigures, before: StatusBefore): { scans: ScanStatus[] } & Record<string, unknown> {
  const { metadata, spec } = probe
  const { requestedAt } = crawlRequestsOf(metadata, spec.scans)
  const scans = spec.scans.map(({ name, passive }): ScanStatus => {
    const deployment = crawlerName(metadata, name)
    const known = before.scans?.find(scan => scan.name === name)
    const { lastCrawl, peerId, notes = [], toldCrawlNow }: ScanFigures = { ...known, ...figures.scans[name] }
    const crawlNow = crawlNowStatus(requestedAt.get(name), toldCrawlNow, known?.crawlNow)

    return {
      name,
      deployment,
      ready: readiness(deps, metadata.namespace, deployment).ready > 0,
      ...defined({
        lastCrawl,
        crawlNow,
        peerId: peerId === undefined || !passive.enabled ? undefined : peerId,
        notes: notes.length === 0 ? undefined : notes
      })
    }
  })
  const crawls = scans.flatMap(({ lastCrawl }) => lastCrawl ?? [])
  const finished = crawls.map(({ finishedAt }) => finishedAt).sort()

  return {
    scans,
    scansReady: `${String(scans.filter(({ ready }) => ready).length)}/${String(scans.length)}`,
    peers: crawls.length === 0 ? undefined : Math.max(...crawls.map(({ contacted }) => contacted)),
    lastCrawlTime: finished.at(-1)
  }
}

function readiness (deps: ReconcileDeps, namespace: string, name: string): { ready: number, replicas: number } {
  const status = deps.store('Deployment').get({ namespace, name })?.['status'] as { readyReplicas?: number, replicas?: number } | undefined

  return { ready: status?.readyReplicas ?? 0, replicas: status?.replicas ?? 0 }
}

function withoutUndefined (record: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined))
}
