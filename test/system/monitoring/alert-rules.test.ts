// Each alert of the chart against series over hours and days, by promtool: it fires in its case, for the PeerProbe that it is
// about alone, is silent in the ordinary one, and does not come and go where pods are replaced.
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { suite, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { CONSUMER_CASES } from '../../support/alerts/consumer-cases.ts'
import { CRAWLER_CASES } from '../../support/alerts/crawler-cases.ts'
import { DISK_CASES } from '../../support/alerts/disk-cases.ts'
import { fasterRules } from '../../support/alerts/faster-rules.ts'
import { GROUP_CASES } from '../../support/alerts/group-cases.ts'
import { JOB_CASES } from '../../support/alerts/job-cases.ts'
import { NETWORK_CASES } from '../../support/alerts/network-cases.ts'
import { OPERATOR_CASES } from '../../support/alerts/operator-cases.ts'
import { alertsOf, promtoolFile } from '../../support/alerts/promtool-cases.ts'
import { missingPrometheus, promtool } from '../../support/servers/promtool.ts'
import { TempFolder } from '../../support/temp-folder.ts'
import type { AlertCases } from '../../support/alerts/alert-case.ts'

const RULES = fileURLToPath(new URL('../../../helm/peerprobe/rules.yaml', import.meta.url))
const CASES: AlertCases = { ...OPERATOR_CASES, ...JOB_CASES, ...CRAWLER_CASES, ...CONSUMER_CASES, ...GROUP_CASES, ...DISK_CASES, ...NETWORK_CASES }
const alerts = alertsOf(readFileSync(RULES, 'utf8'))

suite('the alerts of the chart', { skip: missingPrometheus ?? false }, () => {
  test('have cases of each kind, and no cases are of an alert that is gone', () => {
    assert.deepEqual(Object.keys(CASES).sort(), alerts.map(({ alert }) => alert).sort())

    for (const [alert, cases] of Object.entries(CASES)) {
      assert.deepEqual([...new Set(cases.map(({ kind }) => kind))].sort(), ['fires', 'ordinary', 'restart'], alert)
      assert.ok(cases.every(({ kind, fires }) => (kind === 'fires' ? fires !== undefined : kind === 'restart' || fires === undefined)), alert)
      assert.ok(cases.every(({ step }) => step === cases[0]!.step), alert)
      assert.ok(cases.every(({ fires, end }) => (fires === undefined) === (end !== undefined)), alert)
    }
  })

  test('are valid where their durations are divided, as the tests with real faults have them', () => {
    using folder = new TempFolder()
    writeFileSync(folder.file('rules.yaml'), fasterRules(readFileSync(RULES, 'utf8'), 60))
    const { code, output } = promtool(['check', 'rules', folder.file('rules.yaml')])

    assert.equal(code, 0, output)
    assert.equal(fasterRules('for: 15m\n[1h] offset 1d 86400 + 600\n[6h:5m],\n  86400\n', 60), 'for: 15s\n[60s] offset 1440s 86400 + 10\n[360s:5s],\n  1440\n')
  })

  for (const rule of alerts) {
    test(`${rule.alert}: ${(CASES[rule.alert] ?? []).map(({ name }) => name).join('; ')}`, () => {
      using folder = new TempFolder()
      const file = folder.file(`${rule.alert}.yaml`)
      writeFileSync(file, promtoolFile(RULES, rule, CASES[rule.alert] ?? []))
      const { code, output } = promtool(['test', 'rules', file])

      assert.equal(code, 0, output)
    })
  }
})
