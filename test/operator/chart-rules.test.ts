// The chart's alerts, read without helm: what they ask for is there, under the names that processes and PodMonitors give it.
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { suite, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'
import { podMonitor } from '../../operator/model/monitor.ts'
import { alertsOf, metricsIn } from '../support/alerts/promtool-cases.ts'
import { clusterProbe } from '../support/cluster/cluster-probe.ts'
import { stepsOf } from '../support/documents/guide.ts'

const ROOT = new URL('../../', import.meta.url)
const RULES = readFileSync(new URL('helm/peerprobe/rules.yaml', ROOT), 'utf8')
const METRICS = readFileSync(new URL('docs/reference/metrics.md', ROOT), 'utf8')
const RUNBOOKS = new URL('docs/runbooks/', ROOT)
const alerts = alertsOf(RULES)
const rules = (parse(RULES) as { groups: { rules: { expr: string, record?: string }[] }[] }).groups.flatMap(group => group.rules)

// Of every process, by prom-client; and what Prometheus and the PodMonitors give.
const OF_NODE = ['process_start_time_seconds']
const OF_TARGETS = ['namespace', 'job', 'component']

suite('alerts of the chart', () => {
  test('ask for metrics that processes have, by labels that these or Prometheus give them', () => {
    const { podTargetLabels } = podMonitor(clusterProbe(), 'v1')[0]!.object['spec'] as { podTargetLabels: string[] }
    const labels = [...OF_TARGETS, ...podTargetLabels.map(label => label.replace(/[^a-zA-Z0-9_]/g, '_'))]
    const recorded = rules.flatMap(({ record }) => record ?? [])

    for (const { expr } of rules) {
      const names = metricsIn(expr)
      const unknown = names.filter(name => !METRICS.includes(`\`${name.replace(/_count$/, '')}\``) && !OF_NODE.includes(name) && !recorded.includes(name))
      assert.ok(names.length > 0, expr)
      assert.deepEqual(unknown, [], expr)

      for (const [, by = ''] of expr.matchAll(/(?:by|on) \(([^)]*)\)/g)) {
        assert.deepEqual(by.split(',').map(label => label.trim()).filter(label => !labels.includes(label) && !METRICS.includes(`\`${label}\``)), [], expr)
      }
    }
  })

  test('have all that a person needs: how bad it is, what it is, which object it is about, and where to read on', () => {
    assert.equal(new Set(alerts.map(({ alert }) => alert)).size, alerts.length)

    for (const { alert, labels, annotations: { summary, description, runbook_url: runbook }, for: held = '0m' } of alerts) {
      assert.match(alert, /^PeerProbe[A-Z]/)
      assert.ok(['info', 'warning', 'critical'].includes(labels.severity))
      assert.match(summary, /\$labels\.namespace \}\}(?:\/\{\{ \$labels\.(?:peerprobe_dev_probe|name) \}\}|[^/])/, alert)
      assert.ok(description.length > 40)
      assert.match(held, /^\d+[mh]$/)
      assert.equal(runbook, `docs/runbooks/${alert}.md`)
      assert.ok(existsSync(new URL(runbook, ROOT)), runbook)
    }
  })

  test('have a page each, with all of its parts and commands with what they print, and an index of them', () => {
    const pages = readdirSync(RUNBOOKS).filter(name => name !== 'README.md')
    const index = readFileSync(new URL('README.md', RUNBOOKS), 'utf8')
    assert.deepEqual(pages.sort(), alerts.map(({ alert }) => `${alert}.md`).sort())

    for (const { alert, labels: { severity } } of alerts) {
      const page = readFileSync(new URL(`${alert}.md`, RUNBOOKS), 'utf8')
      assert.deepEqual(page.match(/^#.*$/gm), [`# ${alert}`, '## Meaning', '## Impact', '## Diagnosis', '## Mitigation', '## When to silence it'])
      assert.match(page, new RegExp(`^${severity}\\.`, 'im'))
      const steps = stepsOf(fileURLToPath(new URL(`${alert}.md`, RUNBOOKS)))
      assert.ok(steps.length > 0, alert)
      assert.deepEqual(steps.filter(({ prints }) => prints === undefined), [], `${alert}: a command without what it prints`)
      assert.equal(page.match(/```sh\n/g)?.length, [...page.matchAll(/```sh\n.*?```\s+prints\s+```text\n/gs)].length, `${alert}: a command without what it prints`)
      assert.equal(page.match(/```sh\n/g)?.length, steps.length, alert)
      assert.ok(index.includes(`| [${alert}](${alert}.md) | ${severity} |`), alert)
    }
  })
})
