import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { drawDashboard } from '../../../scripts/pictures/draw-dashboard.ts'
import { drawPanel } from '../../../scripts/pictures/draw-panel.ts'
import { answerPanels, fillVariables } from '../../../scripts/pictures/panel-answers.ts'
import { valueText } from '../../../scripts/pictures/value-text.ts'
import { chartDashboards, panelsOf } from '../../support/dashboards/chart-panels.ts'
import type { NamedSeries } from '../../../scripts/pictures/panel-answers.ts'
import type { Panel } from '@grafana/grafana-foundation-sdk/dashboard'

const SIZE = { width: 400, height: 200 }
const series = (name: string, ...values: number[]): NamedSeries => ({ name, labels: { name }, points: values.map((value, i) => [i * 10, value] as const) })
const panelOf = (dashboard: string, title: string): Panel =>
  panelsOf(chartDashboards().get(dashboard)!).find(panel => panel.title === title)! as unknown as Panel

suite('values of pictures', () => {
  test('are short, with their unit', () => {
    const texts = ([[0, 's'], [0.0042, 's'], [75, 's'], [172_800, 's'], [1_536, 'bytes'], [0, 'bytes'], [0.256, 'percentunit'], [12_345, 'short'], [7, 'short'], [0, 'percentunit'], [3.5, 'reqps']] as const)
      .map(([value, unit]) => valueText(value, unit))

    assert.deepEqual(texts, ['0 s', '4.2 ms', '1.25 min', '2 d', '1.5 KiB', '0 B', '25.6 %', '12.3 K', '7', '0 %', '3.5 req/s'])
  })

  test('are the texts of a mapping', () => {
    const mappings = panelOf('pipeline', 'Bus').fieldConfig!.defaults.mappings!

    assert.deepEqual([0, 1, 2].map(value => valueText(value, 'none', mappings)), ['works', 'fails', '2'])
  })
})

suite('pictures of panels', () => {
  test('say what it means that there are no data', () => {
    assert.match(drawPanel({ panel: panelOf('population', 'Found'), series: [] }, SIZE), /No crawl has ended yet/)
  })

  test('write the last value of a single number, in the colour of its alert once it is above', () => {
    const panel = panelOf('pipeline', 'Dead letters')

    assert.match(drawPanel({ panel, series: [series('share', 0.05)] }, SIZE), /color: #24292e">5 %</)
    assert.match(drawPanel({ panel, series: [series('share', 0.5)] }, SIZE), /color: #E02F44">50 %</)
  })

  test('draw each series, and name it below', () => {
    const html = drawPanel({ panel: panelOf('population', 'Peers'), series: [series('one', 1, 2, 3), series('<b>two', 3, 2, 1)] }, SIZE)

    assert.equal([...html.matchAll(/<path d="[^"]+" stroke="#/g)].length, 2, html)
    assert.match(html, />one<\/span>/)
    assert.match(html, /&lt;b&gt;two/)
    assert.doesNotMatch(html, /<b>two/)
  })

  test('leave what is always zero out of a stack', () => {
    const html = drawPanel({ panel: panelOf('pipeline', 'Dead letters by code'), series: [series('PP_A', 0, 0), series('PP_B', 0, 2)] }, SIZE)

    assert.match(html, /PP_B/)
    assert.doesNotMatch(html, />PP_A<\/span>/)
  })

  test('show of a heatmap what each bucket has beyond the one below', () => {
    const bucket = (le: string, ...values: number[]): NamedSeries => ({ ...series(le, ...values), labels: { le } })
    const cells = (...buckets: NamedSeries[]): number => [...drawPanel({ panel: panelOf('population', 'Round trips'), series: buckets }, SIZE).matchAll(/<rect /g)].length

    assert.equal(cells(bucket('0.1', 2, 2), bucket('1', 2, 2), bucket('+Inf', 5, 2)), 3)
  })

  test('draw states in the colours of their values', () => {
    const html = drawPanel({ panel: panelOf('pipeline', 'Outages'), series: [series('a/b', 0, 1)] }, SIZE)

    assert.match(html, /#56A64B/)
    assert.match(html, /#E02F44/)
    assert.match(html, /stores nothing/)
  })

  test('list the labels of a table', () => {
    assert.match(drawPanel({ panel: panelOf('operator', 'Conditions'), series: [{ name: '', labels: { type: 'Ready', status: 'True' }, points: [[0, 1]] }] }, SIZE), /<th>type<\/th><th>status<\/th>.*<td>Ready<\/td><td>True<\/td>/)
  })
})

suite('pictures of dashboards', () => {
  test('ask each panel with all values of the variables, at one instant or over the span', async () => {
    const asked: string[] = []
    const ask = (how: string) => async (expr: string): Promise<[]> => {
      asked.push(`${how} ${expr}`)

      return []
    }
    await answerPanels(chartDashboards().get('pipeline')!, { now: ask('now'), over: ask('over'), rateInterval: '10s' })

    assert.equal(fillVariables('a{b=~"$scan"}[$__rate_interval]', '1m'), 'a{b=~".*"}[1m]')
    assert.deepEqual(asked.filter(text => text.includes('$')), [])
    assert.ok(asked.some(text => text.startsWith('now ')) && asked.some(text => text.startsWith('over ')))
  })

  test('name series by their labels, and leave out values that are no numbers', async () => {
    const panel = panelOf('pipeline', 'Time until the bus acknowledges')
    const over = async (): Promise<Omit<NamedSeries, 'name'>[]> => [{ labels: {}, points: [[0, NaN], [1, 2]] }, { labels: {}, points: [[0, NaN]] }]
    const [answered] = await answerPanels({ panels: [panel] } as never, { now: over, over, rateInterval: '10s' })

    assert.deepEqual(answered!.series.map(({ name, points }) => [name, points]), [['half', [[1, 2]]], ['95 of 100', [[1, 2]]]])
  })

  test('place every panel and every heading', () => {
    for (const dashboard of chartDashboards().values()) {
      const answered = panelsOf(dashboard).map(panel => ({ panel: panel as unknown as Panel, series: [] }))
      const { html, height } = drawDashboard(dashboard, answered)

      assert.equal([...html.matchAll(/class="cell /g)].length, dashboard.panels!.length)
      assert.ok(height > 400)
    }
  })
})
