import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { kubeError, noAnswer } from '../../../operator/runtime/kube-error.ts'

suite('kubeError', () => {
  test('has a code for each kind of refusal', () => {
    const table: [number, string][] = [[400, 'PP_KUBE_INVALID'], [401, 'PP_KUBE_FORBIDDEN'], [403, 'PP_KUBE_FORBIDDEN'], [404, 'PP_KUBE_NOT_FOUND'], [409, 'PP_KUBE_CONFLICT'], [410, 'PP_KUBE_GONE'], [422, 'PP_KUBE_INVALID'], [429, 'PP_KUBE_UNAVAILABLE'], [500, 'PP_KUBE_UNAVAILABLE']]

    for (const [status, code] of table) {
      assert.equal(kubeError(status, { message: 'no' }, 'GET /x').code, code)
    }
    assert.equal(kubeError(403, { message: 'pods "x" is forbidden: exceeded quota: few' }, 'POST /x').code, 'PP_KUBE_INVALID')
  })

  test('contains the server\'s message, bounded, and the time to retry', () => {
    const error = kubeError(429, { message: 'x'.repeat(5_000), details: { retryAfterSeconds: 3 } }, 'GET /x')

    assert.ok(error.message.startsWith('GET /x: xxx') && error.message.length < 1_100)
    assert.match(kubeError(422, { message: `Job "x" is invalid: spec.template: ${'x'.repeat(9_000)}: field is immutable` }, 'PATCH /x').message, /^PATCH \/x: Job "x" is invalid: .* … x+: field is immutable$/)
    assert.equal(error.details['retryAfterMs'], 3_000)
    assert.equal(kubeError(429, '<html>', 'GET /x', '7').details['retryAfterMs'], 7_000)
    assert.ok(!('retryAfterMs' in kubeError(500, undefined, 'GET /x').details))
    assert.equal(noAnswer(new TypeError('reset'), 'GET /x').message, 'GET /x: reset')
  })
})
