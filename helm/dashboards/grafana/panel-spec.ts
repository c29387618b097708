/**
 * A panel as we write it: what it asks and what a reader makes of it. Position, ids, links and the fields of Grafana
 * follow from it, so that no panel lacks a unit, a description, a text for no data or the link to its metric.
 */

/**
 * How a panel draws its answers. `areas` and `columns` stack the series: what is there at each moment, and what happened
 * up to it. `states` shows when a value was which; `stat` and `table` show how things are now, `table` the labels alone.
 */
export type PanelKind = 'stat' | 'lines' | 'areas' | 'columns' | 'heatmap' | 'states' | 'table'

/** Units of Grafana that our panels use; counts are `short`, shares from 0 to 1 are `percentunit`. */
export type PanelUnit = 'short' | 'percentunit' | 's' | 'bytes' | 'ops' | 'reqps' | 'ms' | 'none'

/** One expression of Prometheus. */
export interface PanelQuery {
  expr: string

  /** Name of each series, with `{{label}}` for its labels; of a `heatmap` its buckets. */
  legend: string
}

/** What one panel shows. */
export interface PanelSpec {
  title: string

  /** What the panel shows, and what to make of it: one or two sentences. */
  description: string

  kind: PanelKind
  unit: PanelUnit

  /** The metric that the panel's link explains, on the reference page. */
  metric: string

  queries: readonly PanelQuery[]

  /** What it means that there is nothing to show. */
  noData: string

  /** Columns of 24. */
  width: number

  /** Rows of 30 pixels. @default 4 for `stat`, 8 for others */
  height?: number

  /** The alert whose bound is drawn: no panel has a threshold of its own. */
  alert?: string

  min?: number
  max?: number

  /** Texts for values, such as 0 and 1 of a condition. */
  values?: readonly PanelValue[]
}

/** A value that is shown as a text and a colour of Grafana. */
export interface PanelValue {
  value: number
  text: string
  color: string
}

/** Panels under one heading. */
export interface PanelGroup {
  title: string
  panels: readonly PanelSpec[]
}
