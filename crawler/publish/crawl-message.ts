import { CRAWL_TYPE, TOP_VALUES } from '../../core/contracts/crawl.ts'
import { MESSAGE_LIMITS } from '../../core/contracts/visit.ts'
import { defined } from '../../core/defined.ts'
import { diagnose } from '../engine/crawl-diagnosis.ts'
import { cloudEventHeaders } from './cloud-event.ts'
import { messageMs, timestamp } from './message-context.ts'
import type { OutgoingMessage } from '../../core/bus/port/event-bus.ts'
import type { Crawl, Distribution } from '../../core/contracts/crawl.ts'
import type { CrawlReport } from '../engine/crawl-report.ts'
import type { Distributions } from '../engine/population/population-profile.ts'
import type { Quantiles } from '../engine/population/quantiles.ts'
import type { PublishedForm } from './byte-budget.ts'
import type { MessageContext } from './message-context.ts'

/** The message for the start of a crawl. */
export function crawlStartedMessage ({ crawlId, strategy, startedAtMs }: Pick<CrawlReport, 'crawlId' | 'strategy' | 'startedAtMs'>, context: MessageContext): OutgoingMessage {
  const startedAt = timestamp(startedAtMs)

  return outgoing({ version: 1, ...context, crawlId, strategy, state: 'started', startedAt }, startedAt)
}

/** The message for the end of a crawl: `aborted` if the process stopped it, otherwise `finished`. At most 64 kB. */
export function crawlEndedMessage (report: CrawlReport & { forms?: Record<PublishedForm, number> }, context: MessageContext): OutgoingMessage {
  const finishedAt = timestamp(report.finishedAtMs)
  const { latencyMs, latencyErrorMs, confirmations, confirmationsLeftOut, gonePeers, thirdQuestion, coverage, coverageGap } = report
  const crawl: Crawl = {
    version: 1,
    ...context,
    crawlId: report.crawlId,
    strategy: report.strategy,
    state: report.end === 'aborted' ? 'aborted' : 'finished',
    startedAt: timestamp(report.startedAtMs),
    finishedAt,
    disturbed: report.lostMs > 0,
    lostMs: messageMs(report.lostMs),
    totals: report.totals,
    ...defined({ shortenedVisits: report.forms?.short, withheldVisits: report.forms?.none }),
    confirmations,
    confirmationsLeftOut,
    gonePeers,
    thirdQuestion,
    ...defined({ coverage, coverageGap }),
    distributions: report.distributions,
    ...diagnose(report, context.network),
    ...defined({
      latencyMs: latencyMs === undefined ? undefined : messageQuantiles(latencyMs),
      latencyErrorMs: latencyErrorMs === undefined ? undefined : messageQuantiles(latencyErrorMs)
    })
  }
  let message = outgoing(crawl, finishedAt)

  // Only needed for a network full of long invented values.
  for (let top = TOP_VALUES; message.value.length > MESSAGE_LIMITS.bytes; top = Math.floor(top / 2)) {
    message = outgoing({ ...crawl, distributions: foldAll(report.distributions, top) }, finishedAt)
  }

  return message
}

function messageQuantiles ({ p50, p90, p99 }: Quantiles): Quantiles {
  return { p50: messageMs(p50), p90: messageMs(p90), p99: messageMs(p99) }
}

function foldAll (distributions: Distributions, top: number): Distributions {
  const folded = Object.entries(distributions).flatMap(([name, distribution]) => distribution === undefined ? [] : [[name, fold(distribution, top)]])

  return { ...distributions, ...Object.fromEntries(folded) as Partial<Distributions> }
}

function fold ({ top, other }: Distribution, n: number): Distribution {
  return { top: top.slice(0, n), other: top.slice(n).reduce((sum, { count }) => sum + count, other) }
}

function outgoing (crawl: Crawl, time: string): OutgoingMessage {
  return {
    key: crawl.scan,
    value: Buffer.from(JSON.stringify(crawl)),
    headers: cloudEventHeaders({ id: `${String(crawl.crawlId)}-${crawl.state}`, type: CRAWL_TYPE, source: crawl.scan, time })
  }
}
