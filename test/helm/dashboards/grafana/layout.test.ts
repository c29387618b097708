import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { alertThreshold } from '../../../../helm/dashboards/grafana/alert-thresholds.ts'
import { dashboardOf } from '../../../../helm/dashboards/grafana/dashboard.ts'
import { placePanels } from '../../../../helm/dashboards/grafana/layout.ts'
import { dataSourceVariable, labelVariable } from '../../../../helm/dashboards/grafana/variables.ts'
import type { PanelSpec } from '../../../../helm/dashboards/grafana/panel-spec.ts'

const panel = (title: string, width: number, more: Partial<PanelSpec> = {}): PanelSpec => ({
  title,
  description: 'x',
  kind: 'lines',
  unit: 'short',
  metric: 'm',
  queries: [{ expr: 'm', legend: '' }],
  noData: 'None',
  width,
  ...more
})

const placed = (panels: PanelSpec[], top = 0): unknown[] => placePanels(panels, top).places.map(({ position: { x, y, w, h } }) => [x, y, w, h])

suite('layout', () => {
  test('fills lines from the left, and begins one below the highest panel of the line', () => {
    assert.deepEqual(placed([panel('a', 12), panel('b', 8, { height: 10 }), panel('c', 12)], 3), [[0, 3, 12, 8], [12, 3, 8, 10], [0, 13, 12, 8]])
    assert.equal(placePanels([panel('a', 12)], 3).bottom, 11)
  })

  test('makes panels of one number lower than charts', () => {
    assert.deepEqual(placed([panel('a', 24, { kind: 'stat' }), panel('b', 24)]), [[0, 0, 24, 4], [0, 4, 24, 8]])
  })

  test('names a panel that is wider than the grid', () => {
    assert.throws(() => placePanels([panel('a', 25)], 0), { name: 'RangeError', message: 'panel a is 25 columns wide: 1 to 24 are there' })
    assert.throws(() => placePanels([panel('a', 0)], 0), RangeError)
  })
})

suite('dashboard', () => {
  const spec = {
    uid: 'u',
    title: 'T',
    description: 'D',
    from: 'now-1h',
    variables: [{ name: 'scan', label: 'Scan', description: 'Scans.', series: 'up', valuesOf: 'scan' }],
    groups: [{ title: 'One', panels: [panel('a', 12), panel('b', 12)] }, { title: 'Two', panels: [panel('c', 24)] }]
  }

  test('places a heading above each group, and numbers all of them', () => {
    const cells = dashboardOf(spec).panels!.map(({ id, type, title, gridPos }) => [id, type, title, gridPos!.y])

    assert.deepEqual(cells, [[1, 'row', 'One', 0], [2, 'timeseries', 'a', 1], [3, 'timeseries', 'b', 1], [4, 'row', 'Two', 9], [5, 'timeseries', 'c', 10]])
  })

  test('offers the data source first, then its variables', () => {
    assert.deepEqual(dashboardOf(spec).templating.list, [dataSourceVariable(), labelVariable(spec.variables[0]!)])
    assert.equal(dataSourceVariable().query, 'prometheus')
  })

  test('takes all values of a variable at first, and series that lack the label with them', () => {
    const { query, includeAll, allValue, current, datasource } = labelVariable(spec.variables[0]!)

    assert.deepEqual({ query, includeAll, allValue, value: current!.value, uid: datasource!.uid }, { query: 'label_values(up, scan)', includeAll: true, allValue: '.*', value: ['$__all'], uid: '${datasource}' })
  })

  test('is the same each time', () => {
    assert.equal(JSON.stringify(dashboardOf(spec)), JSON.stringify(dashboardOf(spec)))
  })
})

suite('threshold of an alert', () => {
  test('is the number that its expression ends with', () => {
    assert.deepEqual(alertThreshold('PeerProbeDeadLetters'), { value: 0.2, side: 'above' })
  })

  test('names an alert that is not there', () => {
    assert.throws(() => alertThreshold('Nothing'), { name: 'RangeError', message: /^Nothing is no alert of helm\/peerprobe\/rules\.yaml/ })
  })
})
