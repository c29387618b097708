import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { missingPrometheus, promtool } from '../../support/servers/promtool.ts'

const RULES = fileURLToPath(new URL('../../../helm/peerprobe/rules.yaml', import.meta.url))

suite('the rules of the chart', { skip: missingPrometheus ?? false }, () => {
  test('are valid to promtool', () => {
    const { code, output } = promtool(['check', 'rules', RULES])

    assert.equal(code, 0, output)
    assert.match(output, /SUCCESS: [1-9]\d* rules found/)
  })
})
