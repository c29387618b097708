// The chart's alerts, read without helm: what they ask for is there, under the names that processes and PodMonitors give it.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { suite, test } from 'node:test'
import { parse } from 'yaml'
import { podMonitor } from '../../operator/model/monitor.ts'
import { clusterProbe } from '../support/cluster/cluster-probe.ts'

interface Rule { alert: string, expr: string, for?: string, labels: { severity: string }, annotations: { summary: string, description: string } }

const FILE = new URL('../../helm/peerprobe/rules.yaml', import.meta.url)
const METRICS = readFileSync(new URL('../../docs/reference/metrics.md', import.meta.url), 'utf8')
const { groups } = parse(readFileSync(FILE, 'utf8')) as { groups: { name: string, rules: Rule[] }[] }
const rules = groups.flatMap(group => group.rules)

suite('alerts of the chart', () => {
  test('ask for metrics that processes have, by labels that Prometheus gives them', () => {
    const { podTargetLabels } = podMonitor(clusterProbe(), 'v1')[0]!.object['spec'] as { podTargetLabels: string[] }
    const labels = podTargetLabels.map(label => label.replace(/[^a-zA-Z0-9_]/g, '_'))

    for (const { alert, expr } of rules) {
      const names = expr.match(/peerprobe_(crawler|consumer)_[a-z_]+/g) ?? []
      assert.ok(names.length > 0, alert)
      assert.deepEqual(names.filter(name => !METRICS.includes(`| \`${name}\` |`)), [], alert)

      for (const [, by = ''] of expr.matchAll(/by \(([^)]*)\)/g)) {
        assert.deepEqual(by.split(',').map(label => label.trim()).filter(label => label !== 'namespace' && !labels.includes(label)), [])
      }
    }
  })

  test('have all that a person needs: how bad it is, what it is, and what to do', () => {
    assert.equal(new Set(rules.map(({ alert }) => alert)).size, rules.length)

    for (const { alert, labels, annotations, for: held = '0m' } of rules) {
      assert.match(alert, /^PeerProbe[A-Z]/)
      assert.ok(['warning', 'critical'].includes(labels.severity))
      assert.match(annotations.summary, /\{\{ \$labels\.namespace \}\}\/\{\{ \$labels\.peerprobe_dev_probe \}\}/)
      assert.ok(annotations.description.length > 40)
      assert.match(held, /^\d+m$/)
    }
  })
})
