import { readFileSync } from 'node:fs'
import { Crawl } from '../../core/contracts/crawl.ts'
import { Neighbours, NeighboursEnd } from '../../core/contracts/edges/neighbours.ts'
import { ConsumerConfig, CrawlerConfig } from '../../core/contracts/process-config.ts'
import { Visit } from '../../core/contracts/visit.ts'
import { dashboardFiles } from '../../helm/dashboards/dashboards.ts'
import { renderCrd } from '../../operator/api/crd.ts'
import { PeerProbeSpec } from '../../operator/api/v1alpha1.ts'
import { chartCrd, chartRole } from './chart-files.ts'
import { chartValues } from './chart/value-comments.ts'
import { valuesSchemaFile } from './chart/value-schema.ts'
import { chartReadme } from './chart/values-readme.ts'
import { cliPage } from './cli-page.ts'
import { errorsPage } from './errors-page.ts'
import { metricsPage } from './metrics-page.ts'
import { outcomesPage } from './outcomes-page.ts'
import { jsonSchemaFile, schemaPage } from './schema-page.ts'
import { stateMetricsFile } from './state-metrics.ts'

const VALUES = new URL('../../helm/peerprobe/values.yaml', import.meta.url)

const CONFIG_INTRO = 'Generated from `core/contracts/process-config.ts`. A JSON file whose path is in `PEERPROBE_CONFIG`; the operator and the local runner write it.'

const RESOURCE_INTRO = 'Generated from `operator/api/v1alpha1.ts`: the fields of `spec`. Durations are text such as `250ms`, `15s`, `10m`, `1h`.'

/** Every generated file: its path from the repository's root, and what it should contain. */
export function generatedFiles (): Map<string, string> {
  const values = chartValues(readFileSync(VALUES, 'utf8'))

  return new Map([
    ['docs/reference/errors.md', errorsPage()],
    ['docs/reference/cli.md', cliPage()],
    ['docs/reference/visit.schema.json', jsonSchemaFile(Visit, 'https://peerprobe.dev/schemas/visit.v1.json')],
    ['docs/reference/crawl.schema.json', jsonSchemaFile(Crawl, 'https://peerprobe.dev/schemas/crawl.v1.json')],
    ['docs/reference/neighbours.schema.json', jsonSchemaFile(Neighbours, 'https://peerprobe.dev/schemas/neighbours.v1.json')],
    ['docs/reference/neighbours-end.schema.json', jsonSchemaFile(NeighboursEnd, 'https://peerprobe.dev/schemas/neighbours-end.v1.json')],
    ['docs/reference/crawler-config.md', schemaPage('Crawler configuration', CONFIG_INTRO, CrawlerConfig)],
    ['crds/peerprobe.dev_peerprobes.yaml', renderCrd()],
    ['helm/peerprobe/templates/crd.yaml', chartCrd()],
    ['helm/peerprobe/templates/role.yaml', chartRole()],
    ['helm/peerprobe/values.schema.json', valuesSchemaFile(values)],
    ['helm/peerprobe/README.md', chartReadme(values)],
    ['docs/reference/peerprobe.md', schemaPage('The PeerProbe resource', RESOURCE_INTRO, PeerProbeSpec)],
    ['docs/reference/metrics.md', metricsPage()],
    ['docs/reference/kube-state-metrics.yaml', stateMetricsFile()],
    ['docs/reference/outcomes.md', outcomesPage()],
    ['docs/reference/consumer-config.md', schemaPage('Consumer configuration', CONFIG_INTRO, ConsumerConfig)],
    ...dashboardFiles()
  ])
}
