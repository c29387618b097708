import { ConsumerStatus } from '../../core/contracts/consumer-status.ts'
import { CrawlerStatus } from '../../core/contracts/status.ts'
import { podsOf } from './workload-steps.ts'
import type { KubeObject } from '../runtime/kube-object.ts'
import type { ReconcileDeps, Work } from './context.ts'

/** The last crawl of a scan, for the status. */
export interface LastCrawl {
  finishedAt: string
  durationSeconds: number
  contacted: number
  dhtServers: number
}

/** What keeps a process that runs from its work, as it says itself. */
export interface ProcessProblem {
  component: 'consumer' | 'crawler'
  pod: string

  /** Of the error table. */
  code: string
  message: string
}

/** What the processes of one PeerProbe say of themselves. */
export interface ProcessFigures {
  /** Messages that wait, rounded up to a power of ten: the exact number would be written all day. */
  lag: number | undefined

  scans: Readonly<Record<string, ScanFigures>>
  problems: readonly ProcessProblem[]
}

/** What the crawler of one scan says of itself. */
export interface ScanFigures {
  lastCrawl?: LastCrawl

  /** Peer id of its passive node, by which others know it. */
  peerId?: string
}

type Told = { code: string, message: string } | null

/** Asks the processes for their `/status`. Those that do not answer, or nonsense, are left out: they say nothing about the others. */
export async function processFigures (deps: ReconcileDeps, work: Work, signal: AbortSignal): Promise<ProcessFigures> {
  const scans: Record<string, ScanFigures> = {}
  const consumers = await Promise.all(podsOf(deps, work, 'consumer').map(async pod => ({ pod, status: ConsumerStatus.safeParse(await deps.readStatus(pod, signal)).data })))
  const problems = consumers.flatMap(({ pod, status }) => [status?.groupProblem, status?.outage].flatMap(told => problemOf('consumer', pod, told ?? null)))
  const lags = consumers.flatMap(({ status }) => status?.lag?.total ?? [])

  for (const { name } of work.probe.spec.scans) {
    const [pod] = podsOf(deps, work, 'crawler', name)
    const status = pod === undefined ? undefined : CrawlerStatus.safeParse(await deps.readStatus(pod, signal)).data

    if (pod !== undefined && status !== undefined) {
      scans[name] = scanFigures(status)
      problems.push(...problemOf('crawler', pod, status.publisher.outage))
    }
  }

  return { lag: lags.length === 0 ? undefined : roundUp(lags.reduce((sum, n) => sum + n)), scans, problems }
}

function problemOf (component: ProcessProblem['component'], { metadata: { name } }: KubeObject, told: Told): ProcessProblem[] {
  return told === null ? [] : [{ component, pod: name, code: told.code, message: told.message }]
}

function scanFigures ({ lastCrawl, passive }: CrawlerStatus): ScanFigures {
  const figures: ScanFigures = passive === null ? {} : { peerId: passive.peerId }

  if (lastCrawl?.state !== 'finished') {
    return figures
  }

  const { finishedAt, durationSeconds, totals: { contacted, dhtServers } } = lastCrawl

  return { ...figures, lastCrawl: { finishedAt, durationSeconds: Math.round(durationSeconds), contacted, dhtServers } }
}

/** The next power of ten, or 0. */
export function roundUp (n: number): number {
  return n <= 0 ? 0 : 10 ** Math.ceil(Math.log10(n))
}
