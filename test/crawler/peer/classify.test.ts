import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { OUTCOME_NAMES } from '../../../core/contracts/outcome.ts'
import { defined } from '../../../core/defined.ts'
import { classify } from '../../../crawler/peer/classify.ts'
import { peerFault } from '../../../crawler/peer/peer-fault.ts'

function error (name: string, code?: string): Error {
  return Object.assign(new Error('the text'), { name, ...defined({ code }) })
}

suite('classify', () => {
  for (const [outcome, err] of [
    ['refused', error('Error', 'ECONNREFUSED')],
    ['unreachable', error('Error', 'EHOSTUNREACH')],
    ['unreachable', error('Error', 'ENETUNREACH')],
    ['timeout', error('Error', 'ETIMEDOUT')],
    ['timeout', error('TimeoutError')],
    ['reset', error('Error', 'ECONNRESET')],
    ['reset', error('StreamResetError')],
    ['reset', error('UnexpectedEOFError')],
    ['limit-exceeded', error('Error', 'EMFILE')],
    ['aborted', error('AbortError', 'ABORT_ERR')],
    ['aborted', new DOMException('x', 'AbortError')],
    ['peer-id-mismatch', error('UnexpectedPeerError')],
    ['handshake-failed', peerFault('handshake-failed', 'bad tag')],
    ['protocol-error', error('InvalidFrameError')],
    ['dns-failed', error('Error', 'ENOTFOUND')],
    ['unknown', error('TypeError')],
    ['unknown', 'a text'],
    ['unknown', undefined]
  ] as const) {
    const { name = String(err), code = '' } = (err ?? {}) as { name?: string, code?: string }

    test(`${name} ${code} is ${outcome}`, () => {
      assert.equal(classify(err).outcome, outcome)
    })
  }

  test('the code takes precedence over the name', () => {
    assert.equal(classify(error('StreamResetError', 'ECONNREFUSED')).outcome, 'refused')
  })

  test('an unknown error keeps its text, and a self-explanatory outcome has none', () => {
    assert.deepEqual(classify(error('Error')), { outcome: 'unknown', detail: 'the text' })
    assert.deepEqual(classify(error('Error', 'ECONNREFUSED')), { outcome: 'refused' })
  })

  test('a thrown close event becomes its error, or a reset', () => {
    assert.equal(classify(Object.assign(new Event('close'), { error: error('Error', 'EPIPE') })).outcome, 'reset')
    assert.equal(classify(new Event('close')).outcome, 'reset')
  })

  test('any thrown value becomes an outcome', () => {
    const hostile = {
      [Symbol.toPrimitive] () {
        throw new Error('no text')
      }
    }

    for (const thrown of [null, 0, Symbol('x'), {}, hostile, Object.create(null), Object.assign(new Error('x'), { code: 5 })] as unknown[]) {
      assert.equal(classify(thrown).outcome, 'unknown')
    }
    fc.assert(fc.property(fc.anything(), (thrown) => {
      assert.ok(OUTCOME_NAMES.includes(classify(thrown).outcome))
    }))
  })
})
