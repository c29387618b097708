import { BACKUP_METRICS } from '../../consumer/metrics/backup-metric-definitions.ts'
import { CONSUMER_METRICS } from '../../consumer/metrics/consumer-metric-definitions.ts'
import { EDGE_METRICS } from '../../consumer/metrics/edge-metrics.ts'
import { diskMetrics } from '../../core/disk/disk-metrics.ts'
import { mostSeries, QUESTIONS } from '../../core/metrics/metric-definition.ts'
import { BUILD_INFO } from '../../core/process/build-metric.ts'
import { CRAWL_METRICS } from '../../crawler/metrics/crawl-metric-definitions.ts'
import { NEIGHBOURS_METRICS } from '../../crawler/metrics/neighbours-metrics.ts'
import { PLACE_METRICS } from '../../crawler/metrics/place-metric-definitions.ts'
import { POPULATION_METRICS } from '../../crawler/metrics/population-metric-definitions.ts'
import { CONTROLLER_METRICS, PROBE_METRICS } from '../../operator/metrics/operator-metric-definitions.ts'
import type { MetricDefinition, Question } from '../../core/metrics/metric-definition.ts'

/** The metrics of each process of a cluster, besides Node's own. */
export const METRICS_OF = {
  crawler: [BUILD_INFO, ...Object.values(CRAWL_METRICS), ...Object.values(POPULATION_METRICS), ...Object.values(PLACE_METRICS), ...Object.values(NEIGHBOURS_METRICS), ...Object.values(diskMetrics('crawler'))],
  consumer: [BUILD_INFO, ...Object.values(CONSUMER_METRICS), ...Object.values(EDGE_METRICS), ...Object.values(diskMetrics('consumer'))],
  operator: [BUILD_INFO, ...Object.values(CONTROLLER_METRICS), ...Object.values(PROBE_METRICS)]
} as const satisfies Record<string, readonly MetricDefinition[]>

/** Those of the processes that only one machine has: a cluster has Jobs in their place. */
export const LOCAL_METRICS_OF = {
  backup: [BUILD_INFO, ...Object.values(BACKUP_METRICS)]
} as const satisfies Record<string, readonly MetricDefinition[]>

const ALL = { ...METRICS_OF, ...LOCAL_METRICS_OF }

const TITLES = {
  crawler: { title: 'Crawler', noun: 'A crawler' },
  consumer: { title: 'Consumer', noun: 'A consumer' },
  operator: { title: 'Operator', noun: 'An operator' },
  backup: { title: 'Backups on one machine', noun: 'The process that makes backups on one machine' }
} as const

const INTRO = `# Metrics

Generated from their definitions (\`*-metric-definitions.ts\`). Crawlers, consumers and operators serve them at \`/metrics\` of their
admin ports (9090 in a cluster), with Node's own metrics (\`process_…\`, \`nodejs_…\`) and the label \`component\`. Where the Prometheus
operator is installed, each PeerProbe and the chart have a PodMonitor. The jobs (preparation, retention, commands) end too soon to be
scraped: their logs and last words tell.

- Labels come from closed sets, or from the place files in bounded number (countries, autonomous systems): no peer, address or agent
  version is ever a label, whatever strangers say. *Series* is how many a process can have of a metric at most.
- A value that is not known yet has no series. \`time() - (peerprobe_crawler_last_crawl_timestamp_seconds or process_start_time_seconds)\`
  is right before the first crawl as well.
- Prometheus adds \`namespace\` and \`pod\`; one of our PodMonitors also the pod's labels as \`peerprobe_dev_probe\`, \`peerprobe_dev_scan\`
  and \`app_kubernetes_io_component\`. The operator's series of each PeerProbe have a \`namespace\` of their own: scrape it with
  \`honorLabels: true\`, as the chart's PodMonitor does; otherwise it is called \`exported_namespace\`.
`

const HEAD = '| Metric | Type | Unit | Labels | Series | Meaning |\n|---|---|---|---|---|---|'

/** The reference page of metrics. */
export function metricsPage (): string {
  return [INTRO, ...(Object.keys(TITLES) as (keyof typeof TITLES)[]).map(section)].join('\n')
}

/** Maximum number of series of a process, without Node's own; for an operator with some PeerProbes. */
export function mostSeriesOf (process: keyof typeof ALL, { probes = 0 }: { probes?: number } = {}): number {
  const definitions: readonly MetricDefinition[] = ALL[process]

  return definitions.reduce((sum, definition) => sum + mostSeries(definition) * (definition.per === 'PeerProbe' ? probes : 1), 0)
}

function section (process: keyof typeof TITLES): string {
  const definitions: readonly MetricDefinition[] = ALL[process]
  const { title, noun } = TITLES[process]
  const own = mostSeriesOf(process)
  const ofProbe = mostSeriesOf(process, { probes: 1 }) - own
  const most = `${noun} has at most ${String(own)} series${ofProbe > 0 ? `, and ${String(ofProbe)} for each PeerProbe of 32 scans` : ''}.`
  const tables = (Object.keys(QUESTIONS) as Question[]).flatMap((question) => {
    const own = definitions.filter(({ answers }) => answers === question)

    return own.length === 0 ? [] : [`### ${QUESTIONS[question]}\n\n${HEAD}\n${own.map(definition => row(definition, process)).join('\n')}\n`]
  })

  return `## ${title}\n\n${most}\n\n${tables.join('\n')}`
}

// Links of dashboards lead to a metric; what every process has is described alike, and found where it is first.
const isFirst = (name: string, process: keyof typeof TITLES): boolean => METRICS_OF.crawler[0].name !== name || process === 'crawler'

function row (definition: MetricDefinition, process: keyof typeof TITLES): string {
  const { name, type, unit, labels, meaning, per, onlyWhen } = definition
  const most = `${String(mostSeries(definition))}${per === undefined ? '' : ` for each ${per}`}`
  const words = onlyWhen === undefined ? meaning : `${meaning} *${onlyWhen.slice(0, 1).toUpperCase()}${onlyWhen.slice(1)}.*`
  const sets = Object.entries(labels).map(([label, { values }]) => `\`${label}\`: ${values}`)

  const anchor = isFirst(name, process) ? `<a id="${name}"></a>` : ''

  return `| \`${name}\` | ${type} | ${unit} | ${sets.join('; ')} | ${most} | ${anchor}${words} |`
}
