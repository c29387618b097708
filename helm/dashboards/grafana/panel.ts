// A panel of Grafana from what we say of it.
import { FieldColorModeId, MappingType, ThresholdsMode } from '@grafana/grafana-foundation-sdk/dashboard'
import { DataqueryBuilder, PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus'
import { alertThreshold } from './alert-thresholds.ts'
import { linkTo } from './link.ts'
import { metricPage } from './reference-pages.ts'
import { DATA_SOURCE } from './variables.ts'
import { drawn } from './visualizations.ts'
import type { Position } from './layout.ts'
import type { PanelKind, PanelQuery, PanelSpec, PanelValue } from './panel-spec.ts'
import type { Panel, ThresholdsConfig, ValueMapping } from '@grafana/grafana-foundation-sdk/dashboard'
import type { Dataquery } from '@grafana/grafana-foundation-sdk/prometheus'

// These show how things are; the others how they came to be.
const OF_ONE_INSTANT: readonly PanelKind[] = ['stat', 'table']

// These count what happened up to each moment. Shorter steps than rates need would show an event in several of them.
const COUNTING: readonly PanelKind[] = ['columns', 'heatmap']
const LEAST_STEP = '1m'

/** A panel at its place. */
export function panelAt (spec: PanelSpec, id: number, gridPos: Position): Panel {
  const panel = drawn(spec)
  const { title, description, kind, unit, noData, min, max, alert, values } = spec

  return {
    ...panel,
    id,
    title,
    description,
    gridPos,
    datasource: DATA_SOURCE,
    targets: spec.queries.map((query, i) => target(query, kind, 'ABCDEFGH'.charAt(i))),
    links: [linkTo(metricPage(spec.metric), { title: spec.metric, tooltip: 'What the metric means' })],
    ...COUNTING.includes(kind) && { interval: LEAST_STEP },
    fieldConfig: {
      defaults: {
        ...panel.fieldConfig?.defaults,
        unit,
        noValue: noData,
        thresholds: thresholds(alert),
        color: { mode: colorMode(kind) },
        ...min !== undefined && { min },
        ...max !== undefined && { max },
        ...values !== undefined && { mappings: mappings(values) }
      },
      overrides: []
    }
  }
}

function target ({ expr, legend }: PanelQuery, kind: PanelKind, refId: string): Dataquery {
  const query = new DataqueryBuilder().refId(refId).datasource(DATA_SOURCE).expr(expr).legendFormat(legend)
  const format = kind === 'heatmap' ? PromQueryFormat.Heatmap : kind === 'table' ? PromQueryFormat.Table : PromQueryFormat.TimeSeries

  return (OF_ONE_INSTANT.includes(kind) ? query.instant() : query.range()).format(format).build()
}

// Grafana asks for one step from minus infinity on, which says nothing.
function thresholds (alert: string | undefined): ThresholdsConfig {
  const bound = alert === undefined ? undefined : alertThreshold(alert)
  const colors = bound?.side === 'below' ? ['red', 'text'] as const : ['text', 'red'] as const

  return {
    mode: ThresholdsMode.Absolute,
    steps: [{ value: null, color: bound === undefined ? 'text' : colors[0] }, ...bound === undefined ? [] : [{ value: bound.value, color: colors[1] }]]
  }
}

// By series where there are several, by the bound of the alert where a value stands alone.
function colorMode (kind: PanelKind): FieldColorModeId {
  return kind === 'stat' || kind === 'table' || kind === 'states' ? FieldColorModeId.Thresholds : FieldColorModeId.PaletteClassic
}

function mappings (values: readonly PanelValue[]): ValueMapping[] {
  const options = Object.fromEntries(values.map(({ value, text, color }, index) => [String(value), { text, color, index }]))

  return [{ type: MappingType.ValueToText, options }]
}
