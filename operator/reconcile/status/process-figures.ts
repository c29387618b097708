import { ConsumerStatus } from '../../../core/contracts/consumer-status.ts'
import { CrawlerStatus } from '../../../core/contracts/status.ts'
import { defined } from '../../../core/defined.ts'
import { ERRORS, isErrorCode } from '../../../core/errors.ts'
import { escapeControlChars } from '../../../core/text/escape-control-chars.ts'
import { podsOf } from '../steps/workload-steps.ts'
import type { KubeObject } from '../../runtime/kube-object.ts'
import type { ReconcileDeps, Work } from '../apply/context.ts'
import type { ReportedCrawlNow } from './crawl-now-status.ts'

/** The last crawl of a scan, for the status. */
interface LastCrawl {
  finishedAt: string
  durationSeconds: number
  contacted: number
  dhtServers: number
}

/** A remark about the last crawl of a scan. */
export interface CrawlNote {
  /** From the error table, or `Disturbed`. */
  reason: string

  /** For people, safe to print. */
  message: string
}

/** Why a running process cannot work, as it reports. */
export interface ProcessProblem {
  component: 'consumer' | 'crawler'
  pod: string

  /** From the error table. */
  code: string
  message: string
}

/** What the processes of one PeerProbe report. */
export interface ProcessFigures {
  /** Number of waiting messages, rounded up to a power of ten: the exact number would change the status all the time. */
  lag: number | undefined

  scans: Readonly<Record<string, ScanFigures>>
  problems: readonly ProcessProblem[]
}

/** What the crawler of one scan reports. */
export interface ScanFigures {
  lastCrawl?: LastCrawl

  /** Peer id of its passive node. */
  peerId?: string

  /** The last requested crawl that has started. */
  toldCrawlNow?: ReportedCrawlNow

  /** Why its last crawl is of little use, if it is; undefined when not known. */
  notes?: CrawlNote[]
}

// Two or three remarks for each of 32 scans are part of one object.
const MAX_NOTE = 500

type Reported = { code: string, message: string } | null

/** Reads `/status` of the processes. A process that does not answer, or answers nonsense, is left out: the others still count. */
export async function processFigures (deps: ReconcileDeps, work: Work, signal: AbortSignal): Promise<ProcessFigures> {
  const scans: Record<string, ScanFigures> = {}
  const consumers = await Promise.all(podsOf(deps, work, 'consumer').map(async pod => ({ pod, status: ConsumerStatus.safeParse(await deps.readStatus(pod, signal)).data })))
  const problems = consumers.flatMap(({ pod, status }) => [status?.outage, status?.groupProblem, status?.deadLetterProblem, status?.disk].flatMap(reported => problemOf('consumer', pod, reported ?? null)))
  const lags = consumers.flatMap(({ status }) => status?.lag?.total ?? [])

  for (const { name } of work.probe.spec.scans) {
    const [pod] = podsOf(deps, work, 'crawler', name)
    const status = pod === undefined ? undefined : CrawlerStatus.safeParse(await deps.readStatus(pod, signal)).data

    if (pod !== undefined && status !== undefined) {
      scans[name] = scanFigures(status)
      problems.push(...[status.publisher.outage, status.disk].flatMap(reported => problemOf('crawler', pod, reported)))
    }
  }

  return { lag: lags.length === 0 ? undefined : roundUp(lags.reduce((sum, n) => sum + n)), scans, problems }
}

function problemOf (component: ProcessProblem['component'], { metadata: { name } }: KubeObject, reported: Reported): ProcessProblem[] {
  return reported === null ? [] : [{ component, pod: name, code: reported.code, message: reported.message }]
}

function scanFigures ({ lastCrawl, passive, crawlNow }: CrawlerStatus): ScanFigures {
  const figures: ScanFigures = {
    ...defined({
      peerId: passive?.peerId,
      toldCrawlNow: crawlNow === null ? undefined : { ...crawlNow, isOver: (lastCrawl?.crawlId ?? -1) >= crawlNow.crawlId },
      notes: lastCrawl === null ? undefined : notesOf(lastCrawl)
    })
  }

  if (lastCrawl?.state !== 'finished') {
    return figures
  }

  const { finishedAt, durationSeconds, totals: { contacted, dhtServers } } = lastCrawl

  return { ...figures, lastCrawl: { finishedAt, durationSeconds: Math.round(durationSeconds), contacted, dhtServers } }
}

// Parts of the text come from peers, such as protocol names.
function notesOf ({ problem, warning, disturbed, lostMs }: NonNullable<CrawlerStatus['lastCrawl']>): CrawlNote[] {
  const findings = [problem, warning].flatMap(finding => finding ?? []).map(({ code, message }) => ({
    reason: isErrorCode(code) ? ERRORS[code].reason : 'CrawlFinding',
    message: cut(escapeControlChars(message))
  }))
  const lost = String(Math.ceil(lostMs / 1_000))
  const stall = `the crawler stood still for ${lost} s because it had no CPU time or was stopped; peers that were reachable only then may be missing`

  return disturbed ? [...findings, { reason: 'Disturbed', message: stall }] : findings
}

function cut (text: string): string {
  return text.length <= MAX_NOTE ? text : `${text.slice(0, MAX_NOTE - 1)}…`
}

/** The next power of ten, or 0. */
export function roundUp (n: number): number {
  return n <= 0 ? 0 : 10 ** Math.ceil(Math.log10(n))
}
