import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { ERRORS } from '../../core/errors.ts'
import { generatedFiles } from '../../scripts/generate/generated-files.ts'
import { root } from './import-graph.ts'

suite('generated files', () => {
  test('equal the output of `npm run generate`', () => {
    for (const [path, content] of generatedFiles()) {
      assert.equal(readFileSync(join(root, path), 'utf8'), content, `${path} is stale: run npm run generate`)
    }
  })

  test('document every error code and no other', () => {
    const page = readFileSync(join(root, 'docs/reference/errors.md'), 'utf8')
    const listed = [...page.matchAll(/^### (PP_[A-Z_]+)$/gm)].map(match => match[1])

    assert.deepEqual(listed, Object.keys(ERRORS))
  })
})
