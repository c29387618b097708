import assert from 'node:assert/strict'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { dashboards } from '../../../helm/dashboards/dashboards.ts'
import { alertThreshold } from '../../../helm/dashboards/grafana/alert-thresholds.ts'
import { operator } from '../../../helm/dashboards/operator.ts'
import { pipeline } from '../../../helm/dashboards/pipeline.ts'
import { population } from '../../../helm/dashboards/population.ts'
import { root } from '../../repo/import-graph.ts'
import { chartDashboards, panelsOf } from '../../support/dashboards/chart-panels.ts'
import { readExpression, withoutVariables } from '../../support/dashboards/expression.ts'
import type { DashboardSpec } from '../../../helm/dashboards/grafana/dashboard.ts'

const COLUMNS = 24
const shipped = [...chartDashboards()]
const panels = shipped.flatMap(([name, dashboard]) => panelsOf(dashboard).map(panel => ({ name: `${name}: ${panel.title}`, panel })))
const expressions = panels.flatMap(({ name, panel }) => panel.targets.map(({ expr }) => ({ name, expr })))

suite('dashboards of the chart', () => {
  test('are those that the code makes', () => {
    assert.deepEqual(shipped.map(([name]) => name).toSorted(), [...dashboards().keys()].toSorted())
    assert.ok(panels.length > 40, `${String(panels.length)} panels`)
  })

  test('are explained with a picture each, which is small', () => {
    const page = readFileSync(join(root, 'docs/dashboards.md'), 'utf8')

    for (const [name] of shipped) {
      assert.ok(page.includes(`(pictures/${name}.png)`), name)
      assert.ok(statSync(join(root, `docs/pictures/${name}.png`)).size < 200_000, name)
    }
  })

  test('have a uid each, and within one the ids and titles of panels differ', () => {
    assert.equal(new Set(shipped.map(([, { uid }]) => uid)).size, shipped.length)

    for (const [name, dashboard] of shipped) {
      const ids = (dashboard.panels ?? []).map(({ id }) => id)
      const titles = panelsOf(dashboard).map(({ title }) => title)

      assert.ok(ids.every(id => Number.isInteger(id)), name)
      assert.equal(new Set(ids).size, ids.length, name)
      assert.equal(new Set(titles).size, titles.length, name)
    }
  })

  test('place no panel on another or beyond the grid', () => {
    for (const [name, { panels: cells = [] }] of shipped) {
      const taken = new Map<string, string>()

      for (const { title = '', gridPos } of cells) {
        const { x, y, w, h } = gridPos!
        assert.ok(x >= 0 && w > 0 && h > 0 && x + w <= COLUMNS, `${name}: ${title}`)

        for (let cell = 0; cell < w * h; cell++) {
          const at = `${String(x + cell % w)},${String(y + Math.floor(cell / w))}`
          assert.equal(taken.get(at), undefined, `${name}: ${title} lies on ${String(taken.get(at))}`)
          taken.set(at, title)
        }
      }
    }
  })

  test('ask only the data source that the reader chooses', () => {
    for (const [name, dashboard] of shipped) {
      const sources = [...JSON.stringify(dashboard).matchAll(/"uid":"([^"]*)"/g)].map(match => match[1]).filter(uid => uid !== dashboard.uid)

      assert.deepEqual([...new Set(sources)], ['${datasource}'], name)
      assert.equal(dashboard.templating.list![0]!.type, 'datasource')
      assert.ok(panelsOf(dashboard).every(({ targets }) => targets.every(({ datasource }) => datasource.uid === '${datasource}')), name)
    }
  })

  test('use every variable that they offer, and no other', () => {
    for (const [name, dashboard] of shipped) {
      const offered = (dashboard.templating.list ?? []).map(variable => variable.name)
      const queries = panelsOf(dashboard).flatMap(({ targets }) => targets.map(({ expr }) => expr)).join('\n')
      const used = new Set([...queries.matchAll(/\$(?!__)\{?(\w+)/g)].map(match => match[1]!))

      assert.deepEqual([...used, 'datasource'].toSorted(), offered.toSorted(), name)
    }
  })

  test('give every panel a unit, a description, a text for no data, and a link to its metric', () => {
    const page = readFileSync(join(root, 'docs/reference/metrics.md'), 'utf8')

    for (const { name, panel } of panels) {
      const { unit, noValue } = panel.fieldConfig.defaults

      assert.ok(unit !== undefined && unit !== '', name)
      assert.match(noValue ?? '', /^[A-Z].{5,}$/, name)
      assert.match(panel.description, /^[A-Z`].{20,}\.$/, name)
      assert.equal(panel.links.length, 1, name)

      const [{ title, url = '' }] = panel.links as [typeof panel.links[0]]
      assert.ok(url.endsWith(`/reference/metrics.md#${title}`), name)
      assert.ok(isOfNode(title) || page.includes(`<a id="${title}"></a>`), `${name} links to ${title}`)
      assert.ok(panel.targets.some(({ expr }) => expr.includes(title)), `${name} asks nothing of ${title}`)
    }
  })

  test('draw a threshold only where an alert has the same', () => {
    const bounds = panels.flatMap(({ name, panel }) => {
      const steps = panel.fieldConfig.defaults.thresholds?.steps ?? []

      return steps.filter(({ value }) => value !== null).map(({ value }) => `${name}: ${String(value)}`)
    })
    const ofAlerts = [['population', population], ['pipeline', pipeline], ['operator', operator]].flatMap(([name, spec]) =>
      (spec as DashboardSpec).groups.flatMap(group => group.panels).flatMap(({ title, alert }) =>
        alert === undefined ? [] : [`${String(name)}: ${title}: ${String(alertThreshold(alert).value)}`]))

    assert.deepEqual(bounds.toSorted(), ofAlerts.toSorted())
    assert.ok(bounds.includes('pipeline: Dead letters: 0.2'))
  })

  test('ask in expressions that the grammar of Prometheus takes', () => {
    for (const { expr } of expressions) {
      readExpression(withoutVariables(expr))
    }
  })
})

function isOfNode (metric: string): boolean {
  return metric.startsWith('process_') || metric.startsWith('nodejs_')
}
