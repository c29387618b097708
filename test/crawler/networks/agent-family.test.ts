import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { agentFamilyOf } from '../../../crawler/networks/agent-family.ts'

const RULES = [{ prefix: 'celestia-node/light/', family: 'light' }, { prefix: 'celestia', family: 'celestia' }]

suite('agentFamilyOf', () => {
  test('the first matching rule decides', () => {
    assert.equal(agentFamilyOf(RULES, 'celestia-node/light/1'), 'light')
    assert.equal(agentFamilyOf(RULES, 'celestia-node/full/1'), 'celestia')
  })

  test('matching ignores case', () => {
    assert.equal(agentFamilyOf(RULES, 'CELESTIA'), 'celestia')
  })

  test('an agent without a matching rule is other', () => {
    assert.equal(agentFamilyOf(RULES, 'a celestia'), 'other')
    assert.equal(agentFamilyOf([], 'x'), 'other')
  })
})
