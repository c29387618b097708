import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { suite, test } from 'node:test'
import { stringify } from 'yaml'
import { contextNames, loadKubeConfig } from '../../../../operator/commands/access/kube-config.ts'
import { timeLimit } from '../../../../operator/commands/access/option-values.ts'
import { TempFolder } from '../../../support/temp-folder.ts'

const CONFIG = {
  'apiVersion': 'v1',
  'kind': 'Config',
  'clusters': ['one', 'two'].map(name => ({ name, cluster: { server: `https://${name}.example` } })),
  'users': [{ name: 'me', user: {} }],
  'contexts': ['one', 'two'].map(name => ({ name: `at-${name}`, context: { cluster: name, user: 'me', namespace: `in-${name}` } })),
  'current-context': 'at-one'
}

function written (folder: TempFolder, config: unknown): string {
  const file = folder.file('config')
  writeFileSync(file, typeof config === 'string' ? config : stringify(config))

  return file
}

suite('loadKubeConfig', () => {
  test('takes the current context of a file, or the one that is named', () => {
    using folder = new TempFolder()
    const kubeconfig = written(folder, CONFIG)

    assert.equal(loadKubeConfig({ kubeconfig }).getCurrentCluster()?.server, 'https://one.example')
    assert.equal(loadKubeConfig({ kubeconfig, context: 'at-two' }).getCurrentCluster()?.server, 'https://two.example')
  })

  test('names the option and the way out where there is no such context, no such file, no YAML, and no cluster', () => {
    using folder = new TempFolder()
    const kubeconfig = written(folder, CONFIG)

    assert.throws(() => loadKubeConfig({ kubeconfig, context: 'other' }), { code: 'PP_CONFIG_INVALID', message: '--context: there is no context other; there are: at-one, at-two' })
    assert.throws(() => loadKubeConfig({ kubeconfig: folder.file('none') }), { code: 'PP_CONFIG_INVALID', message: /^--kubeconfig: the file cannot be read as a kubeconfig: ENOENT/ })
    assert.throws(() => loadKubeConfig({ kubeconfig: written(folder, '{') }), { code: 'PP_CONFIG_INVALID', message: /^--kubeconfig: / })
    assert.throws(() => loadKubeConfig({ kubeconfig: written(folder, { ...CONFIG, 'current-context': '' }) }), { code: 'PP_CONFIG_INVALID', message: /^no cluster is chosen: give --kubeconfig/ })
  })
})

suite('contextNames', () => {
  test('has all contexts of a file, also where none is the current one, and none of a file without any', () => {
    using folder = new TempFolder()

    assert.deepEqual(contextNames({ kubeconfig: written(folder, CONFIG) }), ['at-one', 'at-two'])
    assert.deepEqual(contextNames({ kubeconfig: written(folder, { ...CONFIG, 'current-context': '' }) }), ['at-one', 'at-two'])
    assert.deepEqual(contextNames({ kubeconfig: written(folder, { ...CONFIG, contexts: [] }) }), [])
  })
})

suite('timeLimit', () => {
  test('reads durations, and refuses what is none, zero, or more than a day', () => {
    assert.deepEqual(['1ms', '90s', '10m', '24h'].map(timeLimit), [1, 90_000, 600_000, 86_400_000])

    for (const text of ['', '0s', '5', '25h', '-1s', '1d', 'soon']) {
      assert.throws(() => timeLimit(text), /must be a duration from 1ms to 24h/)
    }
  })
})
