import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { dashboardFiles, dashboards } from '../../../helm/dashboards/dashboards.ts'
import { sqlDashboardOf } from '../../../helm/dashboards/grafana/sql-dashboard.ts'
import { research } from '../../../helm/dashboards/research.ts'
import { root } from '../../repo/import-graph.ts'
import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard'

const PATH = 'helm/peerprobe/dashboards-on-tables/research.json'
const COLUMNS = 24
const dashboard = sqlDashboardOf(research)

interface Target { datasource: object, rawSql: string }

suite('the dashboard on the tables', () => {
  test('is what the chart ships, beside those on metrics', () => {
    assert.deepEqual(JSON.parse(readFileSync(join(root, PATH), 'utf8')) as Dashboard, JSON.parse(JSON.stringify(dashboard)))
    assert.deepEqual(dashboardFiles().map(([path]) => path).filter(path => path.includes('on-tables')), [PATH])
    assert.ok([...dashboards().values()].every(({ uid }) => uid !== dashboard.uid))
  })

  test('asks only the chosen data source, and only for the chosen networks and span', () => {
    for (const { title, datasource, targets } of dashboard.panels as unknown as { title: string, datasource: object, targets: Target[] }[]) {
      assert.deepEqual([datasource, ...targets.map(target => target.datasource)], Array.from({ length: 2 }, () => ({ type: 'mysql', uid: '${datasource}' })), title)
      assert.ok(targets.every(({ rawSql }) => rawSql.includes('${network:sqlstring}') && rawSql.includes('$__timeFilter(')), title)
      assert.ok(targets.every(({ rawSql }) => /^(?:SELECT)\b/.test(rawSql) && !rawSql.includes(';')), title)
    }
    assert.deepEqual((dashboard.templating.list ?? []).map(({ name }) => name), ['datasource', 'network'])
  })

  test('says of each panel what it shows, in what unit, and what an empty one means', () => {
    for (const { title, description, noData, unit } of research.panels) {
      assert.ok(description.length > 20 && description.endsWith('.') && noData.length > 10 && unit.length > 0, title)
    }
    assert.equal(new Set(research.panels.map(({ title }) => title)).size, research.panels.length)
  })

  test('places no panel on another or beyond the grid', () => {
    const cells = (dashboard.panels ?? []).flatMap(({ gridPos }) => Array.from({ length: gridPos!.w * gridPos!.h }, (_, i) => {
      const x = gridPos!.x + i % gridPos!.w
      assert.ok(x < COLUMNS)

      return `${String(x)},${String(gridPos!.y + Math.floor(i / gridPos!.w))}`
    }))

    assert.equal(new Set(cells).size, cells.length)
  })
})
