import { DashboardLinkBuilder, DashboardLinkType } from '@grafana/grafana-foundation-sdk/dashboard'
import type { DashboardLink } from '@grafana/grafana-foundation-sdk/dashboard'

/** A link to a page, which opens beside Grafana. */
export function linkTo (url: string, { title, tooltip }: { title: string, tooltip: string }): DashboardLink {
  return inPlainSight(new DashboardLinkBuilder(title).type(DashboardLinkType.Link).url(url).tooltip(tooltip).targetBlank(true))
}

/** Links to all dashboards with a tag, which keep the choices and the span. */
export function linksToDashboards (tag: string, title: string): DashboardLink {
  return inPlainSight(new DashboardLinkBuilder(title).type(DashboardLinkType.Dashboards).tags([tag]).includeVars(true).keepTime(true).asDropdown(false))
}

// The builder hides links in a menu.
function inPlainSight (builder: DashboardLinkBuilder): DashboardLink {
  const link = builder.build()
  delete link.placement

  return link
}
