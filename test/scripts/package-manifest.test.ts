import assert from 'node:assert/strict'
import { test } from 'node:test'
import { packageManifest } from '../../scripts/release/package-manifest.ts'

test('the published manifest has the commands, the packages that its files import, and nothing for developers', () => {
  const text = JSON.stringify({
    name: 'n',
    version: '1.0.0',
    private: true,
    scripts: { test: 'x' },
    engines: { node: '>=24' },
    type: 'module',
    license: 'L',
    description: 'd',
    dependencies: { '@a/b': '^1', 'c': '2', 'd': '3' },
    devDependencies: { e: '1' }
  })

  assert.deepEqual(packageManifest(text, { bin: { n: 'main.js' }, imported: new Set(['node:fs', '@a/b/deep', 'c', './d.js', '../d.js', 'e']) }), {
    name: 'n',
    version: '1.0.0',
    description: 'd',
    license: 'L',
    type: 'module',
    engines: { node: '>=24' },
    bin: { n: 'main.js' },
    dependencies: { '@a/b': '^1', 'c': '2' }
  })
})
