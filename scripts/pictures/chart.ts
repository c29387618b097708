// Charts as SVG, by Observable Plot: series over time, heatmaps and spans of states.
import { areaY, barX, lineY, plot, rectY, ruleY, stackY } from '@observablehq/plot'
import { parseHTML } from 'linkedom'
import { mappingOf, valueText } from './value-text.ts'
import type { NamedSeries } from './panel-answers.ts'
import type { FieldConfig } from '@grafana/grafana-foundation-sdk/dashboard'
import type { Markish, PlotOptions } from '@observablehq/plot'

/** How large a chart is, in pixels. */
export interface Size {
  width: number
  height: number
}

/** How series over time are drawn: lines, stacked areas, or stacked columns. */
export type Drawing = 'lines' | 'areas' | 'columns'

/** How spans of states are drawn. */
interface StateColors {
  size: Size

  /** What Grafana's name of a colour stands for. */
  colorOf: (name: string | undefined) => string
}

interface Point { at: Date, value: number, name: string }

const RED = '#E02F44'
const TIME_AXIS = { type: 'utc', label: null, ticks: 4, tickFormat: (at: Date) => at.toISOString().slice(11, 19) } as const
const MARGINS = { marginLeft: 58, marginBottom: 20, marginTop: 6 }

// Plot makes its elements by a document, and there is none in Node.
const { document } = parseHTML('<!doctype html><html><body></body></html>') as { document: unknown }

/** Series over time, with a line at each bound. */
export function timeChart (series: readonly NamedSeries[], colors: ReadonlyMap<string, string>, { drawing, bounds, fields, size }: {
  drawing: Drawing
  bounds: readonly number[]
  fields: FieldConfig
  size: Size
}): string {
  const points = pointsOf(series)
  const { unit, min, max } = fields
  const isFlat = points.every(({ value }) => value === 0)
  const domain = min !== undefined && (isFlat || max !== undefined) ? { domain: [min, max ?? 1] } : { zero: min === 0 }

  return svg({
    ...size,
    ...MARGINS,
    x: TIME_AXIS,
    y: { grid: true, ticks: 4, label: null, tickFormat: (value: number) => valueText(value, unit), ...domain },
    color: { domain: [...colors.keys()], range: [...colors.values()] },
    marks: [markOf(points, drawing, stepOf(series) / 2), ruleY(bounds, { stroke: RED, strokeDasharray: '4' })]
  })
}

function markOf (points: readonly Point[], drawing: Drawing, half: number): Markish {
  switch (drawing) {
    case 'lines': return lineY(points, { x: 'at', y: 'value', z: 'name', stroke: 'name', strokeWidth: 1.5 })
    case 'areas': return areaY(points, { x: 'at', y: 'value', z: 'name', fill: 'name', fillOpacity: 0.7 })
    case 'columns': return rectY(points, stackY({ x1: ({ at }: Point) => around(at, -half), x2: ({ at }: Point) => around(at, half), y: 'value', z: 'name', fill: 'name' }))
  }
}

/** The buckets of a histogram over time: each with what it counts beyond the one below. */
export function heatmap (series: readonly NamedSeries[], { unit }: FieldConfig, size: Size): string {
  const buckets = series.map(({ labels, points }) => ({ top: Number(labels['le']?.replace('+Inf', 'Infinity')), points: new Map(points) })).sort((a, b) => a.top - b.top)
  const name = (top: number): string => top === Infinity ? 'more' : valueText(top, unit)
  const half = stepOf(series) / 2
  const cells = buckets.flatMap(({ top, points }, i) => [...points].map(([at, count]) => ({
    x1: around(new Date(at * 1_000), -half),
    x2: around(new Date(at * 1_000), half),
    row: name(top),
    own: count - (buckets[i - 1]?.points.get(at) ?? 0)
  })))

  return svg({
    ...size,
    ...MARGINS,
    x: TIME_AXIS,
    y: { domain: buckets.map(({ top }) => name(top)).reverse(), label: null, tickSize: 0 },
    color: { scheme: 'Blues', type: 'sqrt' },
    style: { fontSize: '9px' },
    marks: [barX(cells.filter(({ own }) => own > 1e-9), { x1: 'x1', x2: 'x2', y: 'row', fill: 'own', inset: 0.5 })]
  })
}

/** When each series had which value, in the colours of the values. */
export function states (series: readonly NamedSeries[], { mappings = [] }: FieldConfig, { size, colorOf }: StateColors): string {
  const half = stepOf(series) / 2
  const spans = pointsOf(series).map(({ at, value, name }) => {
    const color = colorOf(mappingOf(value, mappings)?.color)

    return { x1: around(at, -half), x2: around(at, half), name, color }
  })

  return svg({
    ...size,
    ...MARGINS,
    marginLeft: 190,
    x: TIME_AXIS,
    y: { label: null, tickSize: 0 },
    color: { type: 'identity' },
    marks: [barX(spans, { x1: 'x1', x2: 'x2', y: 'name', fill: 'color', insetTop: 2, insetBottom: 2, shapeRendering: 'crispEdges' })]
  })
}

function svg (options: PlotOptions): string {
  const element: unknown = plot({ ...options, document })

  return (element as { outerHTML: string }).outerHTML
}

function around (at: Date, ms: number): Date {
  return new Date(at.getTime() + ms)
}

function pointsOf (series: readonly NamedSeries[]): Point[] {
  return series.flatMap(({ name, points }) => points.map(([at, value]) => ({ at: new Date(at * 1_000), value, name })))
}

/** Milliseconds between two points. */
function stepOf (series: readonly NamedSeries[]): number {
  const steps = series.flatMap(({ points }) => points.slice(1).map(([at], i) => at - (points[i]?.[0] ?? at)))

  return steps.length === 0 ? 1_000 : Math.min(...steps) * 1_000
}
