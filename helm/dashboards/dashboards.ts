import { dashboardOf } from './grafana/dashboard.ts'
import { operator } from './operator.ts'
import { pipeline } from './pipeline.ts'
import { population } from './population.ts'
import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard'

/** The dashboards of the chart, by the names of their files. */
export function dashboards (): Map<string, Dashboard> {
  return new Map(Object.entries({ population, pipeline, operator }).map(([name, spec]) => [name, dashboardOf(spec)]))
}

/** What their files contain. */
export function dashboardFiles (): [path: string, content: string][] {
  return [...dashboards()].map(([name, dashboard]) => [`helm/peerprobe/dashboards/${name}.json`, `${JSON.stringify(dashboard, undefined, 2)}\n`])
}
