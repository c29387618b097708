import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { ProbeError } from '../../../core/errors.ts'
import { strimziVersionOf } from '../../../operator/reconcile/strimzi-version.ts'
import { kubeError } from '../../../operator/runtime/kube-error.ts'
import { FakeClock } from '../../support/fake-clock.ts'

const { signal } = new AbortController()

suite('strimziVersionOf', () => {
  test('takes the newest version that is served, and asks no more', async () => {
    let asked = 0
    const versionOf = strimziVersionOf({ json: async () => await Promise.resolve({ versions: [{ version: 'v1beta2' }, { version: `v${String(++asked)}` }] }) }, new FakeClock())

    assert.equal(await versionOf(signal), 'v1')
    assert.equal(await versionOf(signal), 'v1')
    assert.equal(asked, 1)
  })

  test('asks again after ten seconds where there is none, and passes other failures on', async () => {
    const clock = new FakeClock()
    const answers: unknown[] = [kubeError(404, undefined, 'GET /apis/kafka.strimzi.io'), { versions: [{ version: 'v1beta2' }] }]
    const versionOf = strimziVersionOf({ json: async () => {
      const answer = answers.shift()
      return answer instanceof Error ? await Promise.reject(answer) : await Promise.resolve(answer)
    } }, clock)
    assert.equal(await versionOf(signal), undefined)
    assert.equal(await versionOf(signal), undefined)
    await clock.advance(10_001)
    assert.equal(await versionOf(signal), 'v1beta2')
    const broken = strimziVersionOf({ json: async () => await Promise.reject(new ProbeError('PP_KUBE_UNAVAILABLE', 'x')) }, clock)

    await assert.rejects(broken(signal), { code: 'PP_KUBE_UNAVAILABLE' })
  })
})
