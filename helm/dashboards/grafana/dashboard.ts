// A dashboard of Grafana from its variables and groups of panels.
import { DashboardBuilder, DashboardCursorSync, RowBuilder } from '@grafana/grafana-foundation-sdk/dashboard'
import { placePanels } from './layout.ts'
import { linksToDashboards } from './link.ts'
import { panelAt } from './panel.ts'
import { dataSourceVariable, labelVariable } from './variables.ts'
import type { PanelGroup } from './panel-spec.ts'
import type { LabelVariable } from './variables.ts'
import type { Dashboard, Panel, RowPanel } from '@grafana/grafana-foundation-sdk/dashboard'

/** Tag of our dashboards, by which they link to one another. */
export const TAG = 'peerprobe'
const HEADING_HEIGHT = 1
const COLUMNS = 24

/** What one dashboard shows. */
export interface DashboardSpec {
  /** Name in its address and of its file. Never changed: links of readers hold it. */
  uid: string

  title: string
  description: string
  variables: readonly LabelVariable[]
  groups: readonly PanelGroup[]

  /** The span that it opens with, such as `now-24h`. */
  from: string
}

/** A dashboard without contents: what all our dashboards have in common. */
export function frameOf ({ uid, title, description, from }: Pick<DashboardSpec, 'uid' | 'title' | 'description' | 'from'>): DashboardBuilder {
  return new DashboardBuilder(title)
    .uid(uid)
    .description(description)
    .tags([TAG])
    .timezone('browser')
    .tooltip(DashboardCursorSync.Crosshair)
    .time({ from, to: 'now' })
}

/** The dashboard as Grafana reads it; the same specification always gives the same. */
export function dashboardOf ({ uid, title, description, variables, groups, from }: DashboardSpec): Dashboard {
  const dashboard = frameOf({ uid, title, description, from }).refresh('1m').build()

  return {
    ...dashboard,
    links: [linksToDashboards(TAG, 'PeerProbe')],
    panels: placedGroups(groups),
    templating: { list: [dataSourceVariable(), ...variables.map(labelVariable)] }
  }
}

function placedGroups (groups: readonly PanelGroup[]): (Panel | RowPanel)[] {
  const placed: (Panel | RowPanel)[] = []
  let top = 0

  for (const { title, panels } of groups) {
    placed.push(new RowBuilder(title).id(placed.length + 1).gridPos({ x: 0, y: top, w: COLUMNS, h: HEADING_HEIGHT }).build())
    const { places, bottom } = placePanels(panels, top + HEADING_HEIGHT)
    places.forEach(({ panel, position }) => {
      placed.push(panelAt(panel, placed.length + 1, position))
    })
    top = bottom
  }

  return placed
}
