// The list of runbooks against the rules of the chart: each alert has a row, and a fault that makes it fire on real series.
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { root } from '../repo/import-graph.ts'
import { alertsOf } from '../support/alerts/promtool-cases.ts'

const RUNBOOKS = join(root, 'docs/runbooks')
const page = readFileSync(join(RUNBOOKS, 'README.md'), 'utf8')
const alerts = alertsOf(readFileSync(join(root, 'helm/peerprobe/rules.yaml'), 'utf8'))
const names = alerts.map(({ alert }) => alert)
const [beforeFaults = '', faults = ''] = page.split('## Which fault makes which alert fire')
const rows = faults.split('\n').filter(line => line.startsWith('| ')).map(line => line.split('|').slice(1, -1).map(cell => cell.trim()))

const testFile = (name: string): string => join(root, `test/system/${name}.test.ts`)
const filesIn = (cell: string): string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name)

suite('the list of runbooks', () => {
  test('has each alert once, with its severity, and each has a page', () => {
    const listed = [...beforeFaults.matchAll(/^\| \[(\w+)\]\(\1\.md\) \| (\w+) \|/gm)].map(([, alert = '', severity = '']) => ({ alert, severity }))

    assert.deepEqual(listed, alerts.map(({ alert, labels: { severity } }) => ({ alert, severity })))
    assert.deepEqual(alerts.map(({ annotations }) => annotations.runbook_url), names.map(name => `docs/runbooks/${name}.md`))
    assert.deepEqual(names.filter(name => !existsSync(join(RUNBOOKS, `${name}.md`))), [])
  })

  test('has for each alert a fault, and the test in which that makes it fire', () => {
    const fired = rows.filter(cells => cells.length === 4 && cells[2]!.startsWith('PeerProbe')).flatMap(([, , of = '', where = '']) =>
      of.split(', ').map(alert => ({ alert, source: filesIn(where).map(name => readFileSync(testFile(name), 'utf8')).join('\n') })))

    assert.deepEqual([...new Set(fired.map(({ alert }) => alert))].toSorted(), names.toSorted())
    assert.deepEqual(fired.filter(({ alert, source }) => !new RegExp(`['"]${alert}['"]`).test(source)).map(({ alert }) => alert), [])
  })

  test('names only tests that exist, and every test of faults', () => {
    const named = new Set(rows.flatMap(cells => cells.flatMap(filesIn)))
    const ofFaults = ['data-faults', 'kafka-faults', 'kafka-poison', 'kafka-full-disk', 'full-disk', 'consumer-kill', 'local-kill', 'standstill', 'mysql-failover']
    const ofOperators = ['cluster/api-faults', 'cluster/operator-kill', 'cluster/missing-parts', 'cluster/reported-causes']
    const ofAttacks = ['passive-flood', 'passive-mute', 'passive-streams', 'victim-attack', 'connection-slots']

    assert.deepEqual([...named].filter(name => !existsSync(testFile(name))), [])
    assert.deepEqual([...ofFaults, ...ofOperators, ...ofAttacks].filter(name => !named.has(name)), [])
  })
})
