import { dashboardOf } from './grafana/dashboard.ts'
import { sqlDashboardOf } from './grafana/sql-dashboard.ts'
import { operator } from './operator.ts'
import { pipeline } from './pipeline.ts'
import { population } from './population.ts'
import { research } from './research.ts'
import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard'

/** The dashboards of the chart, by the names of their files. */
export function dashboards (): Map<string, Dashboard> {
  return new Map(Object.entries({ population, pipeline, operator }).map(([name, spec]) => [name, dashboardOf(spec)]))
}

/** What the files of the chart contain: those on metrics, and the one on the tables, which is shipped where it is asked for. */
export function dashboardFiles (): [path: string, content: string][] {
  const files = [...dashboards()].map(([name, dashboard]) => [`dashboards/${name}`, dashboard] as const)

  return [...files, ['dashboards-on-tables/research', sqlDashboardOf(research)] as const].map(([path, dashboard]) => [`helm/peerprobe/${path}.json`, `${JSON.stringify(dashboard, undefined, 2)}\n`])
}
