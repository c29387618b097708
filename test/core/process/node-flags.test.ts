import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { NODE_FLAGS } from '../../../core/process/node-flags.ts'

test('the image runs Node with the flags that one machine runs it with', () => {
  const dockerfile = readFileSync(new URL('../../../Dockerfile', import.meta.url), 'utf8')
  const [node, ...flags] = JSON.parse(/^ENTRYPOINT (.*)$/m.exec(dockerfile)?.[1] ?? '[]') as string[]

  assert.equal(node, 'node')
  assert.deepEqual(flags.slice(0, NODE_FLAGS.length), NODE_FLAGS)
})
