import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { knownFaults, packageHealth } from '../../scripts/supply/package-health.ts'

const NOW = Date.parse('2026-11-30T00:00:00Z')
const x = { name: 'x', version: '1.0.0' }

suite('how well a package is maintained', () => {
  test('is derived from the ages of its releases, not from other changes', () => {
    const time = { 'created': '2020-01-01T00:00:00Z', 'modified': '2026-11-29T00:00:00Z', '1.0.0': '2023-01-01T00:00:00Z', '1.1.0': '2024-11-20T00:00:00Z', '2.0.0-beta.1': '2026-11-28T00:00:00Z' }
    const health = packageHealth(x, { time, maintainers: ['a <a@example.org>', 'b <b@example.org>'] }, NOW)

    assert.deepEqual(health, { ...x, ageDays: 1429, idleDays: 740, maintainers: 2, remarks: ['no version for two years'] })
  })

  test('reports what is deprecated, published within three days, or published by one person', () => {
    const health = packageHealth(x, { time: { '1.0.0': '2026-11-28T00:00:00Z' }, maintainers: 'a <a@example.org>', deprecated: 'use y' }, NOW)

    assert.deepEqual(health.remarks, ['deprecated: use y', 'published within three days', 'one person may publish it'])
  })

  test('is unknown if the registry does not say', () => {
    assert.deepEqual(packageHealth(x, {}, NOW), { ...x, ageDays: undefined, idleDays: undefined, maintainers: undefined, remarks: [] })
  })
})

suite('known faults', () => {
  test('are listed with their severity; no answer is not the same as none', () => {
    assert.deepEqual(knownFaults({ metadata: { vulnerabilities: { high: 1 } }, vulnerabilities: { y: { severity: 'high' } } }), ['y (high)'])
    assert.deepEqual(knownFaults({ metadata: {}, vulnerabilities: {} }), [])
    assert.equal(knownFaults({ message: '405 Method Not Allowed' }), undefined)
  })
})
