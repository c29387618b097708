import { DatasourceVariableBuilder, QueryVariableBuilder, VariableRefresh, VariableSort } from '@grafana/grafana-foundation-sdk/dashboard'
import type { VariableModel } from '@grafana/grafana-foundation-sdk/dashboard'

/** The data source of every panel: the one that the reader chooses. */
export const DATA_SOURCE = { type: 'prometheus', uid: '${datasource}' }

/** A choice above a dashboard: all values of a label of a metric. */
export interface LabelVariable {
  name: string
  label: string
  description: string

  /** The series, such as `up{job="x"}`, whose values of `valuesOf` are offered. */
  series: string
  valuesOf: string
}

/** The choice of the Prometheus that is asked. */
export function dataSourceVariable (): VariableModel {
  return new DatasourceVariableBuilder('datasource')
    .label('Data source')
    .description('The Prometheus that scrapes PeerProbe.')
    .type(DATA_SOURCE.type)
    .build()
}

/** A choice of values of a label. All of them also takes series that lack the label, as processes on one machine have. */
export function labelVariable ({ name, label, description, series, valuesOf }: LabelVariable): VariableModel {
  return new QueryVariableBuilder(name)
    .label(label)
    .description(description)
    .datasource(DATA_SOURCE)
    .query(`label_values(${series}, ${valuesOf})`)
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.AlphabeticalAsc)
    .multi(true)
    .includeAll(true)
    .allValue('.*')
    .current({ selected: true, text: ['All'], value: ['$__all'] })
    .build()
}
