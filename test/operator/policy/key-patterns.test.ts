import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { HostPatterns, isCovered, isCoveredHost, KeyPatterns } from '../../../operator/policy/key-patterns.ts'

suite('key patterns', () => {
  test('cover a whole key, or keys that begin with the text before the star', () => {
    const patterns = ['team', 'prometheus.io/*']

    for (const [key, covered] of [['team', true], ['teams', false], ['tea', false], ['Team', false], ['prometheus.io/scrape', true], ['prometheus.io', false], ['xprometheus.io/a', false], ['', false]] as const) {
      assert.equal(isCovered(patterns, key), covered, key)
    }
    assert.equal(isCovered(['*'], 'anything'), true)
    assert.equal(isCovered([], 'anything'), false)
  })

  test('accept a star only at the end', () => {
    assert.deepEqual(KeyPatterns.parse(['a', 'a/*', '*']), ['a', 'a/*', '*'])

    for (const wrong of ['a*b', '**', ' ', '', 'a b', '*a']) {
      assert.equal(KeyPatterns.safeParse([wrong]).success, false, wrong)
    }
  })
})

suite('host patterns', () => {
  test('cover a whole host, hosts below a domain, or all hosts', () => {
    const patterns = ['db', '*.data.svc', 'fd00::1', '10.0.0.7']

    for (const [host, covered] of [['db', true], ['DB', true], ['db.', true], ['db2', false], ['a.data.svc', true], ['data.svc', false], ['xdata.svc', false], ['a.data.svc.evil.example', false], ['FD00::1', true], ['10.0.0.70', false]] as const) {
      assert.equal(isCoveredHost(patterns, host), covered, host)
    }
    assert.equal(isCoveredHost(['*'], 'anything'), true)

    for (const wrong of ['a*', '*a', '*.', 'a b', '', '10.*']) {
      assert.equal(HostPatterns.safeParse([wrong]).success, false, wrong)
    }
  })
})
