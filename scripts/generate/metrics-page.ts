import { Registry } from 'prom-client'
import { ConsumerMetrics } from '../../consumer/metrics.ts'
import { addDiskGauges } from '../../core/disk/disk-metrics.ts'
import { CrawlerMetrics } from '../../crawler/metrics.ts'
import { ControllerMetrics } from '../../operator/runtime/controller-metrics.ts'

const SECTIONS: readonly [string, (registry: Registry) => unknown][] = [
  ['Crawler', registry => new CrawlerMetrics(registry, {
    crawl: () => undefined,
    publisher: () => ({ buffered: 0, bufferedBytes: 0, published: 0, retries: 0, refused: 0, outage: undefined }),
    passive: () => undefined,
    agentFamily: () => 'other'
  })],
  ['Consumer', registry => new ConsumerMetrics(registry, { lag: () => undefined, groupProblem: () => undefined, deadLetterShare: () => 0 })],
  ['Operator', registry => new ControllerMetrics(registry, { controller: 'peerprobe', depth: () => 0, active: () => 0, isLeader: () => false })]
]

// What prom-client keeps of a metric beside what it exposes.
interface Described { name: string, help: string, type: string, labelNames?: string[] }

/** The reference page of metrics: made from the registries that the processes expose. */
export function metricsPage (): string {
  const sections = SECTIONS.map(([title, register]) => {
    const registry = new Registry()
    register(registry)

    if (title !== 'Operator') {
      addDiskGauges(registry, title === 'Crawler' ? 'crawler' : 'consumer', { spaces: new Map(), low: () => undefined })
    }
    const metrics = (registry.getMetricsAsArray() as unknown as Described[]).sort((a, b) => a.name < b.name ? -1 : 1)
    const rows = metrics.map(({ name, type, labelNames = [], help }) => `| \`${name}\` | ${type} | ${labelNames.filter(label => label !== 'le').map(label => `\`${label}\``).join(', ')} | ${help} |`)

    return `## ${title}\n\n| Metric | Type | Labels | Meaning |\n|---|---|---|---|\n${rows.join('\n')}\n`
  })

  return `# Metrics

Generated from the components' own. Crawlers, consumers and operators serve them at \`/metrics\` of their admin ports (9090 in a
cluster), with Node's own metrics and the label \`component\`. Labels come from closed sets. Where the Prometheus operator is
installed, each PeerProbe and the chart have a PodMonitor. The jobs (preparation, retention, commands) end too soon to be
scraped: their logs and last words tell.

${sections.join('\n')}`
}
