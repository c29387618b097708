import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { linksToDashboards, linkTo } from '../../../../helm/dashboards/grafana/link.ts'
import { panelAt } from '../../../../helm/dashboards/grafana/panel.ts'
import { metricPage } from '../../../../helm/dashboards/grafana/reference-pages.ts'
import { drawn } from '../../../../helm/dashboards/grafana/visualizations.ts'
import type { PanelKind, PanelSpec } from '../../../../helm/dashboards/grafana/panel-spec.ts'

const AT = { x: 0, y: 1, w: 8, h: 8 }
const SPEC: PanelSpec = { title: 'Lag', description: 'Messages that wait.', kind: 'lines', unit: 'short', metric: 'lag', queries: [{ expr: 'lag', legend: '{{a}}' }], noData: 'None', width: 8 }

const defaults = (spec: PanelSpec): Record<string, unknown> => panelAt(spec, 1, AT).fieldConfig!.defaults as Record<string, unknown>

suite('a panel', () => {
  test('has what its specification says, at its place', () => {
    const { id, title, description, gridPos, links, targets } = panelAt({ ...SPEC, min: 0, max: 1 }, 7, AT)

    assert.deepEqual({ id, title, description, gridPos }, { id: 7, title: 'Lag', description: 'Messages that wait.', gridPos: AT })
    assert.equal(links![0]!.url, metricPage('lag'))
    assert.deepEqual(JSON.parse(JSON.stringify(targets)), [{ refId: 'A', expr: 'lag', legendFormat: '{{a}}', range: true, instant: false, format: 'time_series', datasource: { type: 'prometheus', uid: '${datasource}' } }])

    const { unit, noValue, min, max } = defaults({ ...SPEC, min: 0, max: 1 })
    assert.deepEqual({ unit, noValue, min, max }, { unit: 'short', noValue: 'None', min: 0, max: 1 })
  })

  test('asks for one instant where it shows how things are, and for a span where it shows how they came to be', () => {
    const isInstant = (kind: PanelKind): unknown => (panelAt({ ...SPEC, kind }, 1, AT).targets![0] as unknown as { instant: boolean }).instant

    assert.deepEqual((['stat', 'table'] as const).map(isInstant), [true, true])
    assert.deepEqual((['lines', 'areas', 'columns', 'heatmap', 'states'] as const).map(isInstant), [false, false, false, false, false])
  })

  test('is the panel of Grafana that draws its kind', () => {
    const types = (['stat', 'lines', 'areas', 'columns', 'heatmap', 'states', 'table'] as const).map(kind => drawn({ ...SPEC, kind }).type)

    assert.deepEqual(types, ['stat', 'timeseries', 'timeseries', 'timeseries', 'heatmap', 'state-timeline', 'table'])
  })

  test('stacks areas and columns, and nothing else', () => {
    const stacking = (kind: PanelKind): unknown => (drawn({ ...SPEC, kind }).fieldConfig!.defaults.custom as { stacking?: { mode: string } }).stacking?.mode

    assert.deepEqual((['areas', 'columns', 'lines'] as const).map(stacking), ['normal', 'normal', undefined])
  })

  test('takes steps that count each event once, where it counts', () => {
    const least = (kind: PanelKind): unknown => panelAt({ ...SPEC, kind }, 1, AT).interval

    assert.deepEqual((['columns', 'heatmap', 'lines', 'areas'] as const).map(least), ['1m', '1m', undefined, undefined])
  })

  test('has the threshold of its alert, and none without one', () => {
    assert.deepEqual(defaults(SPEC)['thresholds'], { mode: 'absolute', steps: [{ value: null, color: 'text' }] })
    assert.deepEqual(defaults({ ...SPEC, alert: 'PeerProbeDeadLetters' })['thresholds'], { mode: 'absolute', steps: [{ value: null, color: 'text' }, { value: 0.2, color: 'red' }] })
  })

  test('shows values as texts', () => {
    assert.deepEqual(defaults({ ...SPEC, values: [{ value: 1, text: 'leads', color: 'green' }] })['mappings'], [{ type: 'value', options: { 1: { text: 'leads', color: 'green', index: 0 } } }])
  })

  test('makes a panel of each kind with its unit where the kind has an axis of its own', () => {
    assert.equal((drawn({ ...SPEC, kind: 'heatmap', unit: 's' }).options as { yAxis: { unit: string } }).yAxis.unit, 's')
  })
})

suite('links', () => {
  test('are seen, and lead to a page or to all dashboards of a tag', () => {
    const [page, all] = [linkTo('https://x.example/y', { title: 'Y', tooltip: 'Why' }), linksToDashboards('tag', 'All')]

    assert.deepEqual([page.url, page.title, page.tooltip, page.targetBlank, page.type], ['https://x.example/y', 'Y', 'Why', true, 'link'])
    assert.deepEqual([all.tags, all.includeVars, all.keepTime, all.type], [['tag'], true, true, 'dashboards'])
    assert.deepEqual([page, all].map(link => 'placement' in link), [false, false])
  })
})
