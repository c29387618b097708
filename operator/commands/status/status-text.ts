import { escapeControlChars } from '../../../core/text/escape-control-chars.ts'
import { formatTable } from '../../../core/text/table.ts'
import { formatMilliseconds } from '../../../core/time/duration.ts'
import { actionFor } from './verdict.ts'
import type { ProbeReport } from './probe-report.ts'

const STATES = { healthy: 'is healthy', degraded: 'runs, but needs a look', unhealthy: 'is not ready' } as const

/** A report on one screen: one sentence that says whether the PeerProbe is healthy, what to do, then its parts. */
export function statusText (report: ProbeReport, nowMs: number): string {
  const scans = `${scanTable(report)}${crawlNotes(report)}`
  const parts = [summaryLine(report, nowMs), conditionTable(report), scans, consumerTable(report), claimTable(report), warningTable(report)]

  return `${verdictText(report)}${report.conditions.length === 0 ? '' : parts.filter(part => part !== '').join('\n')}`
}

// The sentence, and what to do.
function verdictText ({ namespace, name, verdict: { state, reason, message, action } }: ProbeReport): string {
  const why = state === 'healthy' ? '' : ` (${reason})`

  return `PeerProbe ${namespace}/${name} ${STATES[state]}${why}: ${escapeControlChars(message)}\n${action === null ? '' : `  What to do: ${action}\n`}`
}

function summaryLine ({ crawlers, consumers, peers, lastCrawlTime, lag }: ProbeReport, nowMs: number): string {
  const parts = [
    `crawlers ${String(crawlers.ready)}/${String(crawlers.wanted)}`,
    `consumers ${String(consumers.ready)}/${String(consumers.wanted)}`,
    `peers ${peers === null ? '-' : String(peers)}`,
    `last crawl ${lastCrawlTime === null ? '-' : `${formatMilliseconds(Math.max(0, nowMs - Date.parse(lastCrawlTime)))} ago`}`,
    `lag ${lag === null ? '-' : `up to ${String(lag)}`}`
  ]

  return `  ${parts.join(', ')}\n`
}

function conditionTable ({ conditions }: ProbeReport): string {
  const rows = conditions.map(({ type, status, reason, lastTransitionTime, message }) => [type, status, reason, lastTransitionTime, message])

  return formatTable(['CONDITION', 'STATUS', 'REASON', 'SINCE', 'MESSAGE'], rows)
}

function scanTable ({ scans }: ProbeReport): string {
  const rows = scans.map(({ name, ready, peerId = null, crawlNow, lastCrawl }) => {
    const { finishedAt = null, durationSeconds = null, contacted = null, dhtServers = null } = lastCrawl ?? {}
    return [name, ready ? 'yes' : 'no', finishedAt, durationSeconds, contacted, dhtServers, crawlNow?.state ?? null, peerId]
  })

  return formatTable(['SCAN', 'RUNS', 'LAST CRAWL', 'SECONDS', 'CONTACTED', 'DHT SERVERS', 'CRAWL NOW', 'PEER ID'], rows)
}

// What a table has no room for.
function crawlNotes ({ scans }: ProbeReport): string {
  return scans.flatMap(({ name, notes = [] }) => notes.map(({ reason, message }) => {
    const action = actionFor(reason)

    return `  ${name}, last crawl: ${reason}: ${escapeControlChars(message)}\n${action === undefined ? '' : `    What to do: ${action}\n`}`
  })).join('')
}

// The lag is rounded up to a power of ten.
function consumerTable ({ consumers: { ready, wanted }, lag, kafka }: ProbeReport): string {
  const row = [`${String(ready)}/${String(wanted)}`, lag === null ? null : `up to ${String(lag)}`, kafka.topic, kafka.bootstrapServers]

  return formatTable(['CONSUMERS', 'LAG', 'TOPIC', 'BROKERS'], [row])
}

function claimTable ({ claims }: ProbeReport): string {
  return claims.length === 0 ? '' : formatTable(['HOLDS', 'SINCE', 'NAME'], claims.map(({ what, since, name }) => [what, since, name]))
}

function warningTable ({ warnings, namespace }: ProbeReport): string {
  if (warnings === null) {
    return `WARNINGS  not shown: you may not list events (events.k8s.io) in namespace ${namespace}\n`
  }

  return warnings.length === 0 ? '' : formatTable(['WARNING', 'LAST SEEN', 'OBJECT', 'NOTE'], warnings.map(({ reason, time, object, note }) => [reason, time, object, note]))
}
