import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { root } from './import-graph.ts'

const knip = (folder: string): { status: number | null, output: string } => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, 'node_modules/knip/bin/knip.js'), '--no-progress'], { cwd: folder, encoding: 'utf8', timeout: 120_000 })

  return { status, output: stdout + stderr }
}

test('there is no unused file, export, type or dependency', () => {
  const { status, output } = knip(root)

  assert.equal(status, 0, output)
})

test('an unused export and an unused type are reported', () => {
  const folder = mkdtempSync(join(tmpdir(), 'knip-'))

  try {
    mkdirSync(join(folder, 'core'))
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
    writeFileSync(join(folder, 'package.json'), '{"name":"x","type":"module"}')
    writeFileSync(join(folder, 'knip.json'), '{"entry":["main.ts"],"project":["**/*.ts"],"include":["exports","types"]}')
    writeFileSync(join(folder, 'main.ts'), 'import { used } from \'./core/a.ts\'\nused()\n')
    writeFileSync(join(folder, 'core/a.ts'), 'export function used (): void {}\nexport const lonely = 1\nexport interface Alone { a: 1 }\n')
    const { status, output } = knip(folder)

    assert.equal(status, 1, output)
    assert.match(output, /lonely/)
    assert.match(output, /Alone/)
    assert.doesNotMatch(output, /used\s+function/)
  } finally {
    rmSync(folder, { recursive: true })
  }
})
