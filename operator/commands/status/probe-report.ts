import { recordedClaim } from '../../reconcile/claims/claims.ts'
import { verdictOf } from './verdict.ts'
import type { ClusterSpec } from '../../model/probe/cluster-probe.ts'
import type { Condition } from '../../reconcile/conditions/conditions.ts'
import type { ScanStatus, StatusBefore } from '../../reconcile/status/status.ts'
import type { KubeObject } from '../../runtime/kube-object.ts'
import type { Verdict } from './verdict.ts'
import type { Warning } from './warnings.ts'

/** What `kubectl peerprobe status` says of one PeerProbe; with `-o json` as it stands here. */
export interface ProbeReport {
  namespace: string
  name: string
  verdict: Verdict

  /** Crawlers that are ready, of those that are wanted. */
  crawlers: Share

  /** Consumers that are ready, of those that are wanted. */
  consumers: Share

  /** Peers that the largest of the last crawls contacted. */
  peers: number | null

  /** When the last crawl of any scan ended, RFC 3339. */
  lastCrawlTime: string | null

  /** Messages that wait to be stored, at most: rounded up to a power of ten. */
  lag: number | null

  conditions: Omit<Condition, 'observedGeneration'>[]
  scans: ScanStatus[]
  kafka: { topic: string | null, bootstrapServers: string | null }

  /** What it holds against other PeerProbes, and since when. */
  claims: { what: 'topic' | 'group' | 'database', name: string, since: string }[]

  /** Warning events of the last hour, the newest first; null where they could not be read. */
  warnings: Warning[] | null
}

/** So many of so many. */
interface Share { ready: number, wanted: number }

type Status = StatusBefore & { peers?: number, lastCrawlTime?: string }

/** Reports one PeerProbe from what the operator wrote of it and from its warning events. */
export function probeReport (object: KubeObject, warnings: Warning[] | null, nowMs: number): ProbeReport {
  const { namespace = '', name } = object.metadata
  const status = (object['status'] ?? {}) as Status
  const { conditions = [], scans = [] } = status

  return {
    namespace,
    name,
    verdict: verdictOf(object, nowMs),
    ...sharesOf((object['spec'] ?? {}), status),
    ...figuresOf(status),
    conditions: conditions.map(({ type, status: is, reason, message, lastTransitionTime }) => ({ type, status: is, reason, message, lastTransitionTime })),
    scans,
    claims: claimsOf(object),
    warnings
  }
}

function sharesOf ({ scans = [], suspend = false, consumer }: Partial<ClusterSpec>, status: Status): Pick<ProbeReport, 'crawlers' | 'consumers'> {
  const ready = status.scans?.filter(scan => scan.ready).length ?? 0
  const crawlers = { ready, wanted: scans.length }
  const consumers = { ready: status.consumer?.ready ?? 0, wanted: consumer?.replicas ?? 1 }

  return suspend ? { crawlers: { ...crawlers, wanted: 0 }, consumers: { ...consumers, wanted: 0 } } : { crawlers, consumers }
}

function figuresOf (status: Status): Pick<ProbeReport, 'peers' | 'lastCrawlTime' | 'lag' | 'kafka'> {
  const { peers, lastCrawlTime, lag, kafka } = status

  return {
    peers: peers ?? null,
    lastCrawlTime: lastCrawlTime ?? null,
    lag: lag ?? null,
    kafka: { topic: kafka?.topic ?? null, bootstrapServers: kafka?.bootstrapServers ?? null }
  }
}

function claimsOf (object: KubeObject): ProbeReport['claims'] {
  const claim = recordedClaim(object)

  return claim === undefined ? [] : (['topic', 'group', 'database'] as const).map(what => ({ what, ...claim[what] }))
}
