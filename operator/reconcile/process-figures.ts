import { ConsumerStatus } from '../../core/contracts/consumer-status.ts'
import { CrawlerStatus } from '../../core/contracts/status.ts'
import { podsOf } from './workload-steps.ts'
import type { ReconcileDeps, Work } from './context.ts'

/** The last crawl of a scan, for the status. */
export interface LastCrawl {
  finishedAt: string
  durationSeconds: number
  contacted: number
  dhtServers: number
}

/** What the processes of one PeerProbe say of themselves. */
export interface ProcessFigures {
  /** Messages that wait, rounded up to a power of ten: the exact number would be written all day. */
  lag: number | undefined

  lastCrawls: Readonly<Record<string, LastCrawl>>
}

/** Asks the processes for their `/status`. Those that do not answer, or nonsense, are left out: they say nothing about the others. */
export async function processFigures (deps: ReconcileDeps, work: Work, signal: AbortSignal): Promise<ProcessFigures> {
  const lastCrawls: Record<string, LastCrawl> = {}
  const consumers = await Promise.all(podsOf(deps, work, 'consumer').map(async pod => ConsumerStatus.safeParse(await deps.readStatus(pod, signal)).data))
  const lags = consumers.flatMap(status => status?.lag?.total ?? [])

  for (const { name } of work.probe.spec.scans) {
    const [pod] = podsOf(deps, work, 'crawler', name)
    const last = pod === undefined ? undefined : CrawlerStatus.safeParse(await deps.readStatus(pod, signal)).data?.lastCrawl

    if (last?.state === 'finished') {
      const { finishedAt, durationSeconds, totals: { contacted, dhtServers } } = last
      lastCrawls[name] = { finishedAt, durationSeconds: Math.round(durationSeconds), contacted, dhtServers }
    }
  }

  return { lag: lags.length === 0 ? undefined : roundUp(lags.reduce((sum, n) => sum + n)), lastCrawls }
}

/** The next power of ten, or 0. */
export function roundUp (n: number): number {
  return n <= 0 ? 0 : 10 ** Math.ceil(Math.log10(n))
}
