import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { installedPackages } from '../../scripts/release/installed-packages.ts'

suite('installedPackages', () => {
  test('are the packages and all that they need, each where Node finds it, and no others', () => {
    const packages = {
      '': { dependencies: { '@a/b': '1', 'unused': '1' } },
      'node_modules/@a/b': { dependencies: { c: '1', d: '1' } },
      'node_modules/@a/b/node_modules/c': { dependencies: { d: '1' } },
      'node_modules/c': {},
      'node_modules/d': { dependencies: { e: '1' }, peerDependencies: { 'd-types': '1' } },
      'node_modules/e': { dependencies: { d: '1' } },
      'node_modules/unused': {}
    }

    assert.deepEqual(installedPackages(['@a/b'], packages), ['node_modules/@a/b', 'node_modules/@a/b/node_modules/c', 'node_modules/d', 'node_modules/e'])
  })

  test('may lack what is optional, and nothing else', () => {
    const packages = { 'node_modules/a': { dependencies: { b: '1' }, optionalDependencies: { b: '1' } }, 'node_modules/c': { dependencies: { gone: '1' } } }

    assert.deepEqual(installedPackages(['a'], packages), ['node_modules/a'])
    assert.throws(() => installedPackages(['c'], packages), /node_modules\/c needs gone, which is not in the lock file/)
    assert.throws(() => installedPackages(['never'], packages), /a command needs never/)
  })
})
