import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { decode, MAX_AHEAD_MS } from '../../../consumer/pipeline/decode.ts'
import { VISIT_TYPE } from '../../../core/contracts/visit.ts'
import { isProbeError } from '../../../core/errors.ts'
import { crawlMessage, visitMessage } from '../../support/consumer/incoming.ts'
import { anyCrawl, anyVisit, CRAWL_ID, crawlOf, visitOf } from '../../support/consumer/messages.ts'

const NOW = CRAWL_ID * 1_000 + 60_000
const headers = { ce_type: VISIT_TYPE }
const valid = visitOf()
const bodyOf = (overrides: object): Buffer => Buffer.from(JSON.stringify({ ...valid, ...overrides }))
const codeOf = (message: Parameters<typeof decode>[0]): string | undefined => {
  try {
    decode(message, NOW)
  } catch (err) {
    assert.ok(isProbeError(err))
    return err.code
  }

  return undefined
}

suite('decode', () => {
  test('gives back every valid visit and crawl', () => {
    fc.assert(fc.property(anyVisit, (visit) => {
      const wellFormed = JSON.parse(JSON.stringify(visit)) as unknown
      assert.deepEqual(decode(visitMessage(visit), NOW + 1e9), { visit: wellFormed })
    }))
    fc.assert(fc.property(anyCrawl, (crawl) => {
      assert.deepEqual(decode(crawlMessage(crawl), NOW + 1e9), { crawl })
    }))
  })

  test('takes a visit with fields that it does not know', () => {
    assert.deepEqual(decode({ headers, value: bodyOf({ colour: 'red' }) }, NOW), { visit: { ...valid, colour: 'red' } })
  })

  test('fills in what a message may leave out', () => {
    const connection = { ...valid.connection, limited: undefined }

    assert.deepEqual(decode({ headers, value: bodyOf({ connection, moreAddresses: undefined }) }, NOW), { visit: valid })
  })

  test('refuses what is not JSON, not UTF-8 or not of the schema, and names the fields', () => {
    assert.equal(codeOf({ headers, value: Buffer.from('{') }), 'PP_MESSAGE_INVALID')
    assert.equal(codeOf({ headers, value: Buffer.from([0x22, 0xff, 0x22]) }), 'PP_MESSAGE_INVALID')
    assert.equal(codeOf({ headers, value: Buffer.from('null') }), 'PP_MESSAGE_INVALID')
    assert.throws(() => decode({ headers, value: bodyOf({ nodeId: '../../etc', attempt: 3 }) }, NOW), /attempt: .*\n.*nodeId: /s)
  })

  test('refuses times that no calendar has or no database keeps', () => {
    for (const startedAt of ['2025-02-30T00:00:00.000Z', '2025-13-01T00:00:00.000Z', '2025-01-01T24:00:00.000Z', '1969-12-31T23:59:59.999Z', '0000-00-00T00:00:00.000Z']) {
      assert.equal(codeOf({ headers, value: bodyOf({ startedAt }) }), 'PP_MESSAGE_INVALID', startedAt)
    }
  })

  test('refuses a type or version that it does not know, and a message without one of ours', () => {
    assert.equal(codeOf({ headers: { ce_type: 'dev.peerprobe.visit.v2' }, value: bodyOf({}) }), 'PP_MESSAGE_VERSION')
    assert.equal(codeOf({ headers, value: bodyOf({ version: 2 }) }), 'PP_MESSAGE_VERSION')
    assert.equal(codeOf({ headers, value: bodyOf({ version: 0 }) }), 'PP_MESSAGE_INVALID')
    assert.equal(codeOf({ headers: { ce_type: 'com.example' }, value: bodyOf({}) }), 'PP_MESSAGE_INVALID')
    assert.equal(codeOf({ headers: {}, value: bodyOf({}) }), 'PP_MESSAGE_INVALID')
  })

  test('knows what a program before this one sent: a JSON object without a type and a version', () => {
    const legacy = Buffer.from('{"node_id":"12D3KooW","agent_version":"kubo/0.36.0"}')

    assert.equal(codeOf({ headers: {}, value: legacy }), 'PP_LEGACY_MESSAGE')
    assert.equal(codeOf({ headers, value: legacy }), 'PP_MESSAGE_INVALID')
    for (const text of ['{', '[]', 'null', '7']) {
      assert.equal(codeOf({ headers: {}, value: Buffer.from(text) }), 'PP_MESSAGE_INVALID', text)
    }
  })

  test('refuses more than 64 kB before it reads them', () => {
    assert.equal(codeOf({ headers: {}, value: Buffer.alloc(65_537) }), 'PP_MESSAGE_TOO_LARGE')
    assert.equal(codeOf({ headers, value: bodyOf({ padding: 'x'.repeat(65_536 - bodyOf({ padding: '' }).length) }) }), undefined)
  })

  test('refuses what says it was made more than 5 minutes ahead', () => {
    const at = (ms: number): string => new Date(ms).toISOString()
    assert.equal(codeOf({ headers, value: bodyOf({ startedAt: at(NOW + MAX_AHEAD_MS) }) }), undefined)
    assert.equal(codeOf({ headers, value: bodyOf({ startedAt: at(NOW + MAX_AHEAD_MS + 1) }) }), 'PP_MESSAGE_FUTURE')
    assert.equal(codeOf({ headers, value: bodyOf({ crawlId: 4_294_967_295 }) }), 'PP_MESSAGE_FUTURE')
    assert.equal(codeOf(crawlMessage(crawlOf({ finishedAt: at(NOW + MAX_AHEAD_MS + 1) }))), 'PP_MESSAGE_FUTURE')
  })

  test('never fails otherwise, whatever the bytes', () => {
    fc.assert(fc.property(fc.oneof(fc.uint8Array(), fc.json().map(text => Buffer.from(text))), fc.constantFrom(VISIT_TYPE, 'dev.peerprobe.crawl.v1'), (value, type) => {
      codeOf({ headers: { ce_type: type }, value })
    }))
  })
})
