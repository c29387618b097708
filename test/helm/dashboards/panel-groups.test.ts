import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { probes } from '../../../helm/dashboards/operator-probes.ts'
import { apiServer, reconciling } from '../../../helm/dashboards/operator-work.ts'
import { operator } from '../../../helm/dashboards/operator.ts'
import { pipeline } from '../../../helm/dashboards/pipeline.ts'
import { crawling } from '../../../helm/dashboards/pipeline/crawling.ts'
import { edges } from '../../../helm/dashboards/pipeline/edges.ts'
import { files } from '../../../helm/dashboards/pipeline/files.ts'
import { jobs } from '../../../helm/dashboards/pipeline/jobs.ts'
import { storing } from '../../../helm/dashboards/pipeline/storing.ts'
import { coverage, crawls, passive } from '../../../helm/dashboards/population-crawls.ts'
import { overTime } from '../../../helm/dashboards/population-history.ts'
import { places } from '../../../helm/dashboards/population-places.ts'
import { population } from '../../../helm/dashboards/population.ts'
import { processes, processGroup } from '../../../helm/dashboards/processes.ts'
import { namespaceVariable, probeVariable, scanVariable } from '../../../helm/dashboards/series/choices.ts'
import { consumerSeries, crawlerSeries, quantiles, resourceSeries, SCAN_MATCHER } from '../../../helm/dashboards/series/selectors.ts'
import { readExpression, withoutVariables } from '../../support/dashboards/expression.ts'
import type { PanelGroup } from '../../../helm/dashboards/grafana/panel-spec.ts'

suite('groups of panels', () => {
  test('stand in the dashboard that they belong to', () => {
    assert.deepEqual(pipeline.groups.slice(1), [crawling, storing, files, edges, jobs, processes])
    assert.deepEqual(population.groups.slice(1), [coverage, overTime, places, crawls, passive])
    assert.deepEqual(operator.groups.slice(1, 4), [probes, reconciling, apiServer])
  })

  test('of crawlers take the chosen scans, and of consumers the chosen PeerProbes', () => {
    const labels = (expr: string): string[][] => readExpression(withoutVariables(expr)).selectors.map(({ matchers }) => matchers.map(({ label }) => label))
    const labelsOf = (groups: PanelGroup[]): string[][] =>
      groups.flatMap(({ panels }) => panels).flatMap(({ queries }) => queries.flatMap(({ expr }) => labels(expr)))
    const ofCrawlers = labelsOf([crawling, coverage, overTime, places, crawls, passive])
    const ofConsumers = labelsOf([storing, files, processes])
    const ofResources = labelsOf([probes, jobs])

    assert.ok(ofCrawlers.length > 10 && ofConsumers.length > 10)
    ofCrawlers.forEach((names) => {
      assert.deepEqual(names.slice(0, 3), ['namespace', 'peerprobe_dev_probe', 'peerprobe_dev_scan'])
    })
    ofConsumers.forEach((names) => {
      assert.deepEqual(names.slice(0, 2), ['namespace', 'peerprobe_dev_probe'])
    })
    ofResources.forEach((names) => {
      assert.deepEqual(names.slice(0, 2), ['namespace', 'name'])
    })
  })

  test('of processes ask for the series that they are given', () => {
    const { panels } = processGroup('Process', metric => `${metric}{x="y"}`)

    assert.ok(panels.every(({ queries }) => queries.every(({ expr }) => expr.includes('{x="y"}'))))
  })
})

suite('selectors', () => {
  test('take what further matchers leave', () => {
    assert.equal(crawlerSeries('a', 'b="c"'), 'a{namespace=~"$namespace", peerprobe_dev_probe=~"$probe", peerprobe_dev_scan=~"$scan", b="c"}')
    assert.equal(consumerSeries('a'), 'a{namespace=~"$namespace", peerprobe_dev_probe=~"$probe"}')
    assert.equal(resourceSeries('a', SCAN_MATCHER), 'a{namespace=~"$namespace", name=~"$probe", scan=~"$scan"}')
  })

  test('make a line of each share of a histogram', () => {
    assert.deepEqual(quantiles('a_bucket{b="c"}', [[0.5, 'half']]), [{ expr: 'histogram_quantile(0.5, sum by (le) (rate(a_bucket{b="c"}[$__rate_interval])))', legend: 'half' }])
  })

  test('use the variables that the choices make', () => {
    assert.deepEqual([namespaceVariable('a'), probeVariable('a'), scanVariable('a')].map(({ name, valuesOf }) => [name, valuesOf]), [
      ['namespace', 'namespace'],
      ['probe', 'peerprobe_dev_probe'],
      ['scan', 'peerprobe_dev_scan']
    ])
  })
})
