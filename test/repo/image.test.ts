import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { importsOf, packagesOf, root } from './import-graph.ts'

const ENTRIES = ['operator/main.ts', 'crawler/main.ts', 'consumer/main.ts', 'consumer/prepare/main.ts', 'consumer/retention/main.ts', 'consumer/commands/main.ts']

test('the image holds every file and every package that its entry points import, and no development package', () => {
  const copied = [...readFileSync(join(root, 'Dockerfile'), 'utf8').matchAll(/^COPY (\w+) \1$/gm)].map(match => match[1])
  const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { dependencies: Record<string, string> }
  const reached = new Set(ENTRIES)

  for (const file of reached) {
    importsOf(file).forEach(imported => reached.add(imported))
  }

  assert.ok(reached.size > 100)
  assert.deepEqual([...reached].filter(file => !copied.includes(file.split('/')[0])), [])
  assert.deepEqual([...new Set([...reached].flatMap(packagesOf))].filter(name => !name.startsWith('node:') && !Object.hasOwn(dependencies, packageOf(name))), [])
})

function packageOf (specifier: string): string {
  return specifier.split('/').slice(0, specifier.startsWith('@') ? 2 : 1).join('/')
}
