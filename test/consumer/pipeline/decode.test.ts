import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { decode, MAX_AHEAD_MS } from '../../../consumer/pipeline/decode.ts'
import { VISIT_TYPE } from '../../../core/contracts/visit.ts'
import { crawlMessage, incoming, visitMessage } from '../../support/consumer/incoming.ts'
import { anyCrawl, anyVisit, CRAWL_ID, crawlOf, visitOf } from '../../support/consumer/messages.ts'
import type { DecodedMessage } from '../../../consumer/pipeline/decode.ts'
import type { OutgoingMessage } from '../../../core/bus/port/event-bus.ts'

const NOW = CRAWL_ID * 1_000 + 60_000
const headers = { ce_type: VISIT_TYPE }
const valid = visitOf()
const bodyOf = (overrides: object): Buffer => Buffer.from(JSON.stringify({ ...valid, ...overrides }))
const decoded = (message: Pick<OutgoingMessage, 'headers' | 'value'>, nowMs = NOW): DecodedMessage => decode(incoming({ key: '', ...message }, 7), nowMs)
const codeOf = (message: Pick<OutgoingMessage, 'headers' | 'value'>): string | undefined => {
  const result = decoded(message)

  return result.kind === 'rejected' ? result.err.code : undefined
}

const visitIn = (result: DecodedMessage): unknown => result.kind === 'visit' ? result.visit : result

suite('decode', () => {
  test('returns every valid visit and crawl, with its kind and its message', () => {
    fc.assert(fc.property(anyVisit, (visit) => {
      const wellFormed = JSON.parse(JSON.stringify(visit)) as unknown
      const message = incoming(visitMessage(visit), 7)
      assert.deepEqual(decode(message, NOW + 1e9), { kind: 'visit', message, visit: wellFormed })
    }))
    fc.assert(fc.property(anyCrawl, (crawl) => {
      const message = incoming(crawlMessage(crawl), 7)
      assert.deepEqual(decode(message, NOW + 1e9), { kind: 'crawl', message, crawl })
    }))
  })

  test('returns a message that it refuses with the reason, as the first attempt', () => {
    const message = incoming({ key: 'k', headers, value: Buffer.from('{') }, 42, 3)
    const result = decode(message, NOW)

    assert.ok(result.kind === 'rejected')
    assert.deepEqual([result.message, result.err.code, result.attempts], [message, 'PP_MESSAGE_INVALID', 1])
  })

  test('accepts a visit with unknown fields, and keeps them', () => {
    assert.deepEqual(visitIn(decoded({ headers, value: bodyOf({ colour: 'red' }) })), { ...valid, colour: 'red' })
  })

  test('fills in what a message may leave out', () => {
    const connection = { ...valid.connection, limited: undefined }

    assert.deepEqual(visitIn(decoded({ headers, value: bodyOf({ connection, moreAddresses: undefined }) })), valid)
  })

  test('refuses a message that is not JSON, not UTF-8 or does not match the schema, and names the fields', () => {
    assert.equal(codeOf({ headers, value: Buffer.from('{') }), 'PP_MESSAGE_INVALID')
    assert.equal(codeOf({ headers, value: Buffer.from([0x22, 0xff, 0x22]) }), 'PP_MESSAGE_INVALID')
    assert.equal(codeOf({ headers, value: Buffer.from('null') }), 'PP_MESSAGE_INVALID')
    const result = decoded({ headers, value: bodyOf({ nodeId: '../../etc', attempt: 5 }) })
    assert.match(result.kind === 'rejected' ? result.err.message : '', /attempt: .*\n.*nodeId: /s)
  })

  test('refuses times that do not exist or that databases cannot store', () => {
    for (const startedAt of ['2025-02-30T00:00:00.000Z', '2025-13-01T00:00:00.000Z', '2025-01-01T24:00:00.000Z', '1969-12-31T23:59:59.999Z', '0000-00-00T00:00:00.000Z']) {
      assert.equal(codeOf({ headers, value: bodyOf({ startedAt }) }), 'PP_MESSAGE_INVALID', startedAt)
    }
  })

  test('refuses unknown types and versions, and a message without a type', () => {
    assert.equal(codeOf({ headers: { ce_type: 'dev.peerprobe.visit.v2' }, value: bodyOf({}) }), 'PP_MESSAGE_VERSION')
    assert.equal(codeOf({ headers, value: bodyOf({ version: 2 }) }), 'PP_MESSAGE_VERSION')
    assert.equal(codeOf({ headers, value: bodyOf({ version: 0 }) }), 'PP_MESSAGE_INVALID')
    assert.equal(codeOf({ headers: { ce_type: 'com.example' }, value: bodyOf({}) }), 'PP_MESSAGE_INVALID')
    assert.equal(codeOf({ headers: {}, value: bodyOf({}) }), 'PP_MESSAGE_INVALID')
  })

  test('recognises a message of a program before PeerProbe: a JSON object without a type and a version', () => {
    const legacy = Buffer.from('{"node_id":"12D3KooW","agent_version":"kubo/0.36.0"}')

    assert.equal(codeOf({ headers: {}, value: legacy }), 'PP_LEGACY_MESSAGE')
    assert.equal(codeOf({ headers, value: legacy }), 'PP_MESSAGE_INVALID')
    for (const text of ['{', '[]', 'null', '7']) {
      assert.equal(codeOf({ headers: {}, value: Buffer.from(text) }), 'PP_MESSAGE_INVALID', text)
    }
  })

  test('refuses more than 64 kB before parsing', () => {
    assert.equal(codeOf({ headers: {}, value: Buffer.alloc(65_537) }), 'PP_MESSAGE_TOO_LARGE')
    assert.equal(codeOf({ headers, value: bodyOf({ padding: 'x'.repeat(65_536 - bodyOf({ padding: '' }).length) }) }), undefined)
  })

  test('refuses times more than 5 minutes ahead of its clock', () => {
    const at = (ms: number): string => new Date(ms).toISOString()
    assert.equal(codeOf({ headers, value: bodyOf({ startedAt: at(NOW + MAX_AHEAD_MS) }) }), undefined)
    assert.equal(codeOf({ headers, value: bodyOf({ startedAt: at(NOW + MAX_AHEAD_MS + 1) }) }), 'PP_MESSAGE_FUTURE')
    assert.equal(codeOf({ headers, value: bodyOf({ crawlId: 4_294_967_295 }) }), 'PP_MESSAGE_FUTURE')
    assert.equal(codeOf(crawlMessage(crawlOf({ finishedAt: at(NOW + MAX_AHEAD_MS + 1) }))), 'PP_MESSAGE_FUTURE')
  })

  test('never throws, whatever the bytes', () => {
    fc.assert(fc.property(fc.oneof(fc.uint8Array(), fc.json().map(text => Buffer.from(text))), fc.constantFrom(VISIT_TYPE, 'dev.peerprobe.crawl.v1'), (value, type) => {
      codeOf({ headers: { ce_type: type }, value })
    }))
  })
})
