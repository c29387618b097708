import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { checkFilter } from '../../../consumer/records/record-query.ts'
import { isProbeError } from '../../../core/errors.ts'

suite('checkFilter', () => {
  test('accepts the conditions of a kind, and absent ones', () => {
    checkFilter('nodes', { agent: 'kubo', sinceMs: 1, crawlId: undefined })
    checkFilter('visits', { crawlId: 1 })
  })

  test('names the conditions of a kind that lacks one', () => {
    assert.throws(() => {
      checkFilter('crawls', { outcome: 'ok' })
    }, err => isProbeError(err, 'PP_RECORD_QUERY') && err.message === 'crawls cannot be filtered by outcome: use network, scan, crawlId, sinceMs, untilMs')
  })

  test('refuses a protocol that is a comma, which cannot be told from what separates two others', () => {
    assert.throws(() => {
      checkFilter('visits', { protocol: ',' })
    }, err => isProbeError(err, 'PP_RECORD_QUERY') && err.message.includes('/ipfs/kad/1.0.0'))
  })
})
