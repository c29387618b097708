// How each kind of panel is drawn: what of a panel is not the same for all kinds.
import {
  BigValueGraphMode,
  GraphDrawStyle,
  GraphThresholdsStyleConfigBuilder,
  GraphThresholdsStyleMode,
  LegendDisplayMode,
  LegendPlacement,
  ReduceDataOptionsBuilder,
  SortOrder,
  StackingConfigBuilder,
  StackingMode,
  TooltipDisplayMode,
  VisibilityMode,
  VizLegendOptionsBuilder,
  VizTooltipOptionsBuilder
} from '@grafana/grafana-foundation-sdk/common'
import { HeatmapColorMode, HeatmapColorOptionsBuilder, PanelBuilder as HeatmapBuilder, YAxisConfigBuilder } from '@grafana/grafana-foundation-sdk/heatmap'
import { PanelBuilder as StatBuilder } from '@grafana/grafana-foundation-sdk/stat'
import { PanelBuilder as StateTimelineBuilder } from '@grafana/grafana-foundation-sdk/statetimeline'
import { PanelBuilder as TableBuilder } from '@grafana/grafana-foundation-sdk/table'
import { PanelBuilder as TimeSeriesBuilder } from '@grafana/grafana-foundation-sdk/timeseries'
import type { PanelKind, PanelSpec, PanelUnit } from './panel-spec.ts'
import type { Panel } from '@grafana/grafana-foundation-sdk/dashboard'

const DRAWN: Record<PanelKind, (unit: PanelUnit, withThreshold: boolean) => Panel> = {
  stat: () => new StatBuilder().graphMode(BigValueGraphMode.None).reduceOptions(lastValue()).build(),
  lines: (_, withThreshold) => lines(withThreshold).fillOpacity(5).build(),
  areas: (_, withThreshold) => stacked(lines(withThreshold)).fillOpacity(60).build(),
  columns: (_, withThreshold) => stacked(lines(withThreshold)).drawStyle(GraphDrawStyle.Bars).fillOpacity(80).build(),
  heatmap: unit => new HeatmapBuilder()
    .calculate(false)
    .color(new HeatmapColorOptionsBuilder().mode(HeatmapColorMode.Scheme).scheme('Blues').steps(64))
    .yAxis(new YAxisConfigBuilder().unit(unit))
    .build(),
  states: () => new StateTimelineBuilder().showValue(VisibilityMode.Auto).legend(legend()).build(),
  // Labels alone: the moment is now, and the value of what is listed is that it is there.
  table: () => new TableBuilder().showHeader(true).withTransformation({ id: 'organize', options: { excludeByName: { Time: true, Value: true } } }).build()
}

/** The panel of a kind, with nothing of its own in it yet. */
export function drawn ({ kind, unit, alert }: Pick<PanelSpec, 'kind' | 'unit' | 'alert'>): Panel {
  return DRAWN[kind](unit, alert !== undefined)
}

function lines (withThreshold: boolean): TimeSeriesBuilder {
  return new TimeSeriesBuilder()
    .lineWidth(1)
    .showPoints(VisibilityMode.Never)
    .legend(legend())
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending))
    .thresholdsStyle(new GraphThresholdsStyleConfigBuilder().mode(withThreshold ? GraphThresholdsStyleMode.Dashed : GraphThresholdsStyleMode.Off))
}

function stacked (panel: TimeSeriesBuilder): TimeSeriesBuilder {
  return panel.stacking(new StackingConfigBuilder().mode(StackingMode.Normal).group('A'))
}

function legend (): VizLegendOptionsBuilder {
  return new VizLegendOptionsBuilder().showLegend(true).displayMode(LegendDisplayMode.List).placement(LegendPlacement.Bottom).calcs([])
}

function lastValue (): ReduceDataOptionsBuilder {
  return new ReduceDataOptionsBuilder().values(false).calcs(['lastNotNull'])
}
