import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { ERRORS, errorText, isProbeError, ProbeError } from '../../core/errors.ts'

suite('ProbeError', () => {
  test('carries its code, reason, details and cause', () => {
    const cause = new Error('ECONNREFUSED')
    const err = new ProbeError('PP_BUS_UNAVAILABLE', 'no broker answered', { cause, details: { brokers: 3 } })

    assert.equal(err.reason, 'BusUnavailable')
    assert.equal(err.retryable, true)
    assert.equal(err.cause, cause)
    assert.deepEqual(err.details, { brokers: 3 })
  })

  test('is recognised by code', () => {
    const err: unknown = new ProbeError('PP_MESSAGE_INVALID', 'nodeId is missing')

    assert.ok(isProbeError(err, 'PP_MESSAGE_INVALID'))
    assert.ok(!isProbeError(err, 'PP_CONFIG_INVALID'))
    assert.ok(!isProbeError(new Error('PP_MESSAGE_INVALID')))
  })
})

suite('the error table', () => {
  test('gives each code the reason that its name spells, so that one can be found from the other', () => {
    for (const [code, { reason }] of Object.entries(ERRORS)) {
      const spelt = code.slice(3).toLowerCase().split('_').map(word => `${word.charAt(0).toUpperCase()}${word.slice(1)}`).join('')
      assert.equal(reason, spelt)
    }
  })

  test('says in whole sentences what happened and what to do', () => {
    for (const [code, { summary, action }] of Object.entries(ERRORS)) {
      assert.match(summary, /^[A-Z].+\.$/, code)
      assert.match(action, /^[A-Z].+\.$/, code)
    }
  })
})

suite('errorText', () => {
  test('reads anything that was thrown', () => {
    assert.equal(errorText(new Error('broken')), 'broken')
    assert.equal(errorText('text'), 'text')
    assert.equal(errorText(new AggregateError([new Error('a'), 'b'])), 'Error: a; b')
    assert.equal(errorText(new AggregateError([new Error('a')], 'all failed')), 'all failed')
    assert.equal(errorText(undefined), 'undefined')
  })
})
