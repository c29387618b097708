import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { suite, test } from 'node:test'
import { DEFAULT_RESOURCES, resourcesFor } from '../../../../operator/model/probe/pod-resources.ts'
import { quantityOf } from '../../../../operator/model/probe/quantity.ts'

const { crawler } = DEFAULT_RESOURCES
const NAMES = ['cpu', 'memory']

suite('quantities', () => {
  test('are compared by their numeric values', () => {
    assert.deepEqual(['500m', '0.5', 1, '1k', '1Ki', '2Gi', '0', '1.5G'].map(quantityOf), [0.5, 0.5, 1, 1_000, 1_024, 2 ** 31, 0, 1.5e9])
  })
})

suite('default resources', () => {
  const page = readFileSync(new URL('../../../../docs/sizing.md', import.meta.url), 'utf8')

  for (const name of ['crawler', 'consumer'] as const) {
    test(`of a ${name} are those of docs/sizing.md, and its memory is at least twice what was measured`, () => {
      const [, requests, limits, measured] = new RegExp(`^\\| ${name} \\| (.+) \\| (.+) \\| (\\d+) MB \\|$`, 'm').exec(page)!
      const { requests: requested, limits: limited } = DEFAULT_RESOURCES[name]

      assert.deepEqual([requests, limits], [requested, limited].map(amounts => NAMES.map(each => amounts![each]).join(', ')))
      assert.ok(quantityOf(limited!['memory']!) >= 2 * Number(measured) * 2 ** 20)
    })
  }
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

    assert.deepEqual([requests['cpu'], limits['memory'], requests['memory'], requests['example.com/device'], limits['example.com/device']], ['7m', '3Gi', '256Mi', 1, 1])
  })

  test('are capped at the allowed maximum; a limit of zero, which means no limit, does not lower the request', () => {
    const { requests, limits } = resourcesFor(undefined, crawler, { memory: '128Mi' })

    assert.deepEqual([requests['memory'], limits['memory'], limits['cpu']], ['128Mi', '128Mi', '2'])
    assert.deepEqual(resourcesFor({ limits: { memory: 0 } }, crawler, {}).requests['memory'], '256Mi')
  })

  test('have no limit if the owner removes the default', () => {
    assert.deepEqual(resourcesFor(undefined, { requests: { cpu: 1 }, limits: {} }, {}), { requests: { cpu: 1 }, limits: {} })
  })
})
