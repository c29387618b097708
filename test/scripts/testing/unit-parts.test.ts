import assert from 'node:assert/strict'
import { globSync } from 'node:fs'
import { matchesGlob } from 'node:path'
import { suite, test } from 'node:test'
import { SERVER_PARTS } from '../../../scripts/testing/server-tests.ts'
import { UNIT_PARTS } from '../../../scripts/testing/unit-parts.ts'

const PARTS = [...UNIT_PARTS.map(([, files]) => files), ...Object.values(SERVER_PARTS)]

suite('the parts of the tests', () => {
  test('have each test file in one of them', () => {
    const files = globSync('test/**/*.test.ts')
    assert.ok(files.length > 500)
    assert.deepEqual(files.filter(file => PARTS.filter(part => matchesGlob(file, part)).length !== 1), [])
  })
})
