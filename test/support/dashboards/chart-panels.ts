// The dashboards as they are shipped: read from the files of the chart.
import { globSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { root } from '../../repo/import-graph.ts'
import type { Dashboard, Panel } from '@grafana/grafana-foundation-sdk/dashboard'

const FOLDER = 'helm/peerprobe/dashboards'

/** A target of a panel, of Prometheus. */
interface ChartTarget {
  refId: string
  expr: string
  legendFormat: string
  instant?: boolean
  format?: string
  datasource: { type: string, uid: string }
}

/** A panel with all that ours have. */
export type ChartPanel = Required<Pick<Panel, 'type' | 'id' | 'title' | 'description' | 'gridPos' | 'datasource' | 'links' | 'fieldConfig' | 'options'>> & { targets: ChartTarget[] }

/** The dashboards of the chart, by the names of their files without their ending. */
export function chartDashboards (): Map<string, Dashboard> {
  const files = globSync(`${FOLDER}/*.json`, { cwd: root }).sort()

  return new Map(files.map(file => [basename(file, '.json'), JSON.parse(readFileSync(join(root, file), 'utf8')) as Dashboard]))
}

/** The panels of a dashboard without the headings of its groups. */
export function panelsOf ({ panels = [] }: Dashboard): ChartPanel[] {
  return panels.filter(panel => panel.type !== 'row') as unknown as ChartPanel[]
}
