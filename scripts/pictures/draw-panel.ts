// A panel as HTML: what Grafana would show of it, drawn small and still.
import { heatmap, states, timeChart } from './chart.ts'
import { mappingOf, valueText } from './value-text.ts'
import type { Drawing, Size } from './chart.ts'
import type { AnsweredPanel, NamedSeries } from './panel-answers.ts'
import type { FieldConfig, Panel } from '@grafana/grafana-foundation-sdk/dashboard'

// Grafana's classic palette, and its names of colours that our panels use.
const PALETTE = ['#7EB26D', '#EAB839', '#6ED0E0', '#EF843C', '#E24D42', '#1F78C1', '#BA43A9', '#705DA0', '#508642', '#CCA300', '#447EBC', '#C15C17', '#890F02', '#0A437C']
const COLORS: Readonly<Record<string, string>> = { green: '#56A64B', red: '#E02F44', orange: '#FF780A', text: '#9FA7B3' }
const INK = '#24292e'
const LEGEND_NAMES = 8
const LEGEND_HEIGHT = 20

const colorOf = (name = ''): string => COLORS[name] ?? INK

/** The body of a panel, without its title. */
export function drawPanel ({ panel, series }: AnsweredPanel, size: Size): string {
  const fields = panel.fieldConfig?.defaults ?? {}
  const aboveLegend = { ...size, height: size.height - LEGEND_HEIGHT }

  if (series.length === 0) {
    return `<div class="empty">${escape(fields.noValue ?? 'No data')}</div>`
  }

  switch (panel.type) {
    case 'stat': return stat(series, fields)
    case 'table': return table(series)
    case 'heatmap': return heatmap(series, fields, size)
    case 'state-timeline': return states(series, fields, { size: aboveLegend, colorOf }) + stateLegend(fields)
    default: return overTime(panel, series, aboveLegend)
  }
}

function stat (series: readonly NamedSeries[], { unit, mappings = [], thresholds }: FieldConfig): string {
  return series.map(({ points }) => {
    const value = points.at(-1)?.[1] ?? 0
    const bound = thresholds?.steps.findLast(step => step.value === null || value >= step.value)?.color
    const color = colorOf(mappingOf(value, mappings)?.color ?? (bound === 'text' ? undefined : bound))

    return `<div class="stat" style="color: ${color}">${escape(valueText(value, unit, mappings))}</div>`
  }).join('')
}

function table (series: readonly NamedSeries[]): string {
  const columns = Object.keys(series[0]?.labels ?? {})
  const rows = series.map(({ labels }) => `<tr>${columns.map(column => `<td>${escape(labels[column] ?? '')}</td>`).join('')}</tr>`)

  return `<table><tr>${columns.map(column => `<th>${escape(column)}</th>`).join('')}</tr>${rows.join('')}</table>`
}

function overTime ({ fieldConfig }: Panel, series: readonly NamedSeries[], size: Size): string {
  const fields = fieldConfig?.defaults ?? {}
  const drawing = drawingOf(fields)
  const colors = new Map(series.map(({ name }, i) => [name, PALETTE[i % PALETTE.length] ?? INK]))
  // A stack shows nothing of what is always zero.
  const seen = drawing === 'lines' ? series : series.filter(({ points }) => points.some(([, value]) => value !== 0))
  const bounds = (fields.thresholds?.steps ?? []).flatMap(({ value }) => value === null ? [] : [value])
  const keys = seen.slice(0, LEGEND_NAMES).map(({ name }) => key(name, colors.get(name) ?? INK))
  const more = seen.length > keys.length ? `<span>and ${String(seen.length - keys.length)} more</span>` : ''

  return `${timeChart(seen.length === 0 ? series : seen, colors, { drawing, bounds, fields, size })}<div class="legend">${keys.join('')}${more}</div>`
}

function drawingOf ({ custom }: FieldConfig): Drawing {
  const { drawStyle, stacking } = (custom ?? {}) as { drawStyle?: string, stacking?: { mode: string } }

  return drawStyle === 'bars' ? 'columns' : stacking?.mode === 'normal' ? 'areas' : 'lines'
}

function stateLegend ({ mappings = [] }: FieldConfig): string {
  const known = mappings.flatMap(({ options }) => Object.values(options as Record<string, { text?: string, color?: string }>))

  return `<div class="legend">${known.map(({ text = '', color }) => key(text, colorOf(color))).join('')}</div>`
}

function key (name: string, color: string): string {
  return `<span><i style="background: ${color}"></i>${escape(name)}</span>`
}

/** A text as HTML. */
export function escape (text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}
