import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { suite, test } from 'node:test'
import { parse } from 'yaml'
import { DEFAULT_RESOURCES, resourcesFor } from '../../../../operator/model/probe/pod-resources.ts'
import { quantityOf } from '../../../../operator/model/probe/quantity.ts'
import type { Resources } from '../../../../operator/model/probe/pod-resources.ts'

const { crawler } = DEFAULT_RESOURCES
const NAMES = ['cpu', 'memory']
const MARGIN = 1.5
const CHART_VALUES = new URL('../../../../helm/peerprobe/values.yaml', import.meta.url)

interface ChartValues { resources: Resources, policy: { resources: Record<'crawler' | 'consumer', Resources> } }

interface Row { pod: string, requests: string[], limits: string[], measured: number }

suite('quantities', () => {
  test('are compared by their numeric values', () => {
    assert.deepEqual(['500m', '0.5', 1, '1k', '1Ki', '2Gi', '0', '1.5G'].map(quantityOf), [0.5, 0.5, 1, 1_000, 1_024, 2 ** 31, 0, 1.5e9])
  })
})

suite('the table of resources in docs/sizing.md', () => {
  const page = readFileSync(new URL('../../../../docs/sizing.md', import.meta.url), 'utf8')
  const rows: Row[] = [...page.matchAll(/^\| (\w+) \| [\d,]+ (?:peers|PeerProbes) \| (\S+), (\S+) \| (\S+), (\S+) \| ([\d,]+) MB \|$/gm)].map(([, pod = '', ...cells]) =>
    ({ pod, requests: cells.slice(0, 2), limits: cells.slice(2, 4), measured: Number(cells[4]?.replaceAll(',', '')) }))
  const rowsOf = (pod: string): Row[] => rows.filter(row => row.pod === pod)
  const chart = parse(readFileSync(CHART_VALUES, 'utf8')) as ChartValues

  test('has three sizes of crawler and consumer, and the operator', () => {
    assert.deepEqual(rows.map(({ pod }) => pod), ['crawler', 'crawler', 'crawler', 'consumer', 'consumer', 'consumer', 'operator'])
  })

  for (const name of ['crawler', 'consumer'] as const) {
    test(`begins with the defaults of a ${name}, in the resource and in the chart`, () => {
      const [{ requests, limits } = assert.fail('no row')] = rowsOf(name)
      const wanted = { requests: { cpu: requests[0], memory: requests[1] }, limits: { cpu: limits[0], memory: limits[1] } }

      assert.deepEqual(DEFAULT_RESOURCES[name], wanted)
      assert.deepEqual(chart.policy.resources[name], wanted)
    })
  }

  test('has the resources of the operator as the chart has them', () => {
    const [{ requests, limits } = assert.fail('no row')] = rowsOf('operator')

    assert.deepEqual(chart.resources, { requests: { cpu: requests[0], memory: requests[1] }, limits: { memory: limits[1] } })
  })

  test('has limits of at least one and a half times what was measured, and a crawler\'s request is what it was measured to have', () => {
    for (const { pod, requests, limits, measured } of rows) {
      assert.ok(quantityOf(limits[1]!) >= MARGIN * measured * 2 ** 20, `${pod}: ${limits.join()} for ${String(measured)} MB`)
      assert.ok(pod !== 'crawler' || quantityOf(requests[1]!) >= measured * 2 ** 20, `${pod}: ${requests.join()} for ${String(measured)} MB`)
    }
  })
})

suite('resources of a container', () => {
  test('are complete whatever part of them a PeerProbe gives, and no request is above its limit', () => {
    const parts = [undefined, {}, { requests: {} }, { limits: { memory: '64Mi' } }, { requests: { memory: '8Gi' } }, { requests: { cpu: 4 } }, { limits: { cpu: '50m' }, requests: { memory: '1Mi' } }, { requests: { cpu: 1, memory: '2Gi' }, limits: { cpu: 2, memory: '2Gi' } }]

    for (const part of parts) {
      const { requests, limits } = resourcesFor(part, crawler, {})
      assert.deepEqual([Object.keys(requests).sort(), Object.keys(limits).sort()], [NAMES, NAMES], JSON.stringify(part))

      for (const name of NAMES) {
        assert.ok(quantityOf(requests[name]!) <= quantityOf(limits[name]!), `${JSON.stringify(part)}: ${name}`)
      }
    }
  })

  test('are those of the PeerProbe where it gives them, including other resources', () => {
    const { requests, limits } = resourcesFor({ requests: { 'cpu': '7m', 'example.com/device': 1 }, limits: { 'memory': '3Gi', 'example.com/device': 1 } }, crawler, {})

    assert.deepEqual([requests['cpu'], limits['memory'], requests['memory'], requests['example.com/device'], limits['example.com/device']], ['7m', '3Gi', '512Mi', 1, 1])
  })

  test('are capped at the allowed maximum; a limit of zero, which means no limit, does not lower the request', () => {
    const { requests, limits } = resourcesFor(undefined, crawler, { memory: '128Mi' })

    assert.deepEqual([requests['memory'], limits['memory'], limits['cpu']], ['128Mi', '128Mi', '2'])
    assert.deepEqual(resourcesFor({ limits: { memory: 0 } }, crawler, {}).requests['memory'], '512Mi')
  })

  test('have no limit if the owner removes the default', () => {
    assert.deepEqual(resourcesFor(undefined, { requests: { cpu: 1 }, limits: {} }, {}), { requests: { cpu: 1 }, limits: {} })
  })
})
