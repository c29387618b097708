import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { ProbeError } from '../../../../core/errors.ts'
import { MONITORING, servedVersionOf, STRIMZI } from '../../../../operator/reconcile/observe/served-version.ts'
import { kubeError } from '../../../../operator/runtime/kube-error.ts'
import { FakeClock } from '../../../support/fake-clock.ts'

const { signal } = new AbortController()

suite('servedVersionOf', () => {
  test('takes the newest served version, and does not check each time', async () => {
    let asked = 0
    const versionOf = servedVersionOf({ json: async () => await Promise.resolve({ versions: [{ version: 'v1beta2' }, { version: `v${String(++asked)}` }] }) }, new FakeClock(), STRIMZI)

    assert.equal(await versionOf(signal), 'v1')
    assert.equal(await versionOf(signal), 'v1')
    assert.equal(asked, 1)
  })

  test('checks again after ten seconds if there is none, and rethrows other failures', async () => {
    const clock = new FakeClock()
    const answers: unknown[] = [kubeError(404, undefined, 'GET /apis/kafka.strimzi.io'), { versions: [{ version: 'v1beta2' }] }]
    const versionOf = servedVersionOf({ json: async () => {
      const answer = answers.shift()
      return answer instanceof Error ? await Promise.reject(answer) : await Promise.resolve(answer)
    } }, clock, STRIMZI)
    assert.equal(await versionOf(signal), undefined)
    assert.equal(await versionOf(signal), undefined)
    await clock.advance(10_001)
    assert.equal(await versionOf(signal), 'v1beta2')
    const broken = servedVersionOf({ json: async () => await Promise.reject(new ProbeError('PP_KUBE_UNAVAILABLE', 'x')) }, clock, STRIMZI)

    await assert.rejects(broken(signal), { code: 'PP_KUBE_UNAVAILABLE' })
  })

  test('notices within a minute that a group was removed', async () => {
    const clock = new FakeClock()
    const paths: string[] = []
    const versionOf = servedVersionOf({ json: async ({ path }) => {
      paths.push(path)
      return paths.length === 1 ? await Promise.resolve({ versions: [{ version: 'v1' }] }) : await Promise.reject(kubeError(404, undefined, path))
    } }, clock, MONITORING)
    assert.equal(await versionOf(signal), 'v1')
    await clock.advance(60_001)

    assert.equal(await versionOf(signal), undefined)
    assert.deepEqual(paths, ['/apis/monitoring.coreos.com', '/apis/monitoring.coreos.com'])
  })
})
