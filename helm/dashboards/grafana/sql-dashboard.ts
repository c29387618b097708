// A dashboard on the tables themselves, by Grafana's data source for MySQL, which MariaDB is for it as well. It is for people who may
// read the database: metrics have no peers in them, and no text that a peer has chosen.
import { DatasourceVariableBuilder, QueryVariableBuilder, VariableRefresh, VariableSort } from '@grafana/grafana-foundation-sdk/dashboard'
import { frameOf, TAG } from './dashboard.ts'
import { placePanels } from './layout.ts'
import { linksToDashboards, linkTo } from './link.ts'
import { DOCUMENTS } from './reference-pages.ts'
import { drawn } from './visualizations.ts'
import type { Position } from './layout.ts'
import type { PanelSpec } from './panel-spec.ts'
import type { Dashboard, Panel, VariableModel } from '@grafana/grafana-foundation-sdk/dashboard'

/** What one panel asks the tables, and what a reader makes of it. */
export interface SqlPanelSpec extends Pick<PanelSpec, 'title' | 'description' | 'unit' | 'noData' | 'width' | 'height'> {
  /** `table` shows the rows as they are; the others draw the columns `time` (in seconds since 1970), `metric` and a number. */
  kind: 'table' | 'lines' | 'areas' | 'columns'

  /** One statement, with the macros of Grafana and `${network:sqlstring}`. */
  sql: string
}

/** A dashboard of such panels. */
export interface SqlDashboardSpec {
  uid: string
  title: string
  description: string
  from: string

  /** Gives the names of the networks. */
  networksSql: string

  panels: readonly SqlPanelSpec[]
}

const DATA_SOURCE = { type: 'mysql', uid: '${datasource}' }

/** The dashboard as Grafana reads it; the same specification always gives the same. */
export function sqlDashboardOf ({ uid, title, description, from, networksSql, panels }: SqlDashboardSpec): Dashboard {
  const dashboard = frameOf({ uid, title, description, from }).build()

  return {
    ...dashboard,
    links: [linksToDashboards(TAG, 'PeerProbe')],
    panels: placePanels(panels, 0).places.map(({ panel, position }, i) => panelAt(panel, i + 1, position)),
    templating: { list: [dataSourceChoice(), networkChoice(networksSql)] }
  }
}

function panelAt ({ kind, title, description, unit, noData, sql }: SqlPanelSpec, id: number, gridPos: Position): Panel {
  const panel = drawn({ kind, unit })
  const target = { refId: 'A', datasource: DATA_SOURCE, editorMode: 'code', rawQuery: true, rawSql: sql, format: kind === 'table' ? 'table' : 'time_series' }

  return {
    ...panel,
    id,
    title,
    description,
    gridPos,
    datasource: DATA_SOURCE,
    // The SDK has no builder for this data source.
    targets: [target as unknown as NonNullable<Panel['targets']>[number]],
    links: [linkTo(`${DOCUMENTS}/dashboards.md#research`, { title: 'Research', tooltip: 'Which tables this asks' })],
    fieldConfig: { defaults: { ...panel.fieldConfig?.defaults, unit, noValue: noData }, overrides: [] }
  }
}

function dataSourceChoice (): VariableModel {
  return new DatasourceVariableBuilder('datasource').label('Data source').description('The database of PeerProbe: a user that may only read is enough.').type(DATA_SOURCE.type).build()
}

function networkChoice (sql: string): VariableModel {
  return new QueryVariableBuilder('network')
    .label('Network')
    .description('Networks in which peers were found.')
    .datasource(DATA_SOURCE)
    .query(sql)
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.AlphabeticalAsc)
    .multi(true)
    .includeAll(true)
    .current({ selected: true, text: ['All'], value: ['$__all'] })
    .build()
}
