import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { asKafkaError, isCoordinatorMissing, isTopicMissing, judgeGroupError } from '../../../../../core/bus/kafka/client/kafka-error.ts'
import { isProbeError, ProbeError } from '../../../../../core/errors.ts'
import type { ErrorCode } from '../../../../../core/errors.ts'

const failure = (fields: object, cause?: unknown): Error => Object.assign(new Error('it failed', { cause }), fields)

const CODES: [fields: object, code: ErrorCode][] = [
  [{ name: 'KafkaJSSASLAuthenticationError' }, 'PP_BUS_AUTH'],
  [{ type: 'UNSUPPORTED_SASL_MECHANISM' }, 'PP_BUS_AUTH'],
  [{ code: 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED' }, 'PP_BUS_AUTH'],
  [{ code: 'ERR_SSL_TLSV1_ALERT_UNKNOWN_CA' }, 'PP_BUS_AUTH'],
  [{ code: 'SELF_SIGNED_CERT_IN_CHAIN' }, 'PP_BUS_TLS'],
  [{ code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' }, 'PP_BUS_TLS'],
  [{ code: 'ERR_TLS_CERT_ALTNAME_INVALID' }, 'PP_BUS_TLS'],
  [{ code: 'CERT_HAS_EXPIRED' }, 'PP_BUS_TLS'],
  [{ type: 'TOPIC_AUTHORIZATION_FAILED' }, 'PP_BUS_FORBIDDEN'],
  [{ type: 'GROUP_AUTHORIZATION_FAILED' }, 'PP_BUS_FORBIDDEN'],
  [{ type: 'UNKNOWN_TOPIC_OR_PARTITION' }, 'PP_TOPIC_MISSING'],
  [{ type: 'MESSAGE_TOO_LARGE' }, 'PP_MESSAGE_TOO_LARGE'],
  [{ type: 'INVALID_REPLICATION_FACTOR' }, 'PP_CONFIG_INVALID'],
  [{ code: 'ECONNREFUSED' }, 'PP_BUS_UNAVAILABLE'],
  [{ type: 'NOT_LEADER_FOR_PARTITION' }, 'PP_BUS_SETTLING'],
  [{}, 'PP_BUS_UNAVAILABLE']
]

suite('asKafkaError', () => {
  for (const [fields, code] of CODES) {
    test(`makes ${code} of ${JSON.stringify(fields)}, also where it lies inside others`, () => {
      for (const err of [failure(fields), failure({ name: 'KafkaJSNumberOfRetriesExceeded' }, failure({ name: 'KafkaJSNonRetriableError' }, failure(fields))), Object.assign(failure({}), { errors: [failure(fields)] })]) {
        const made = asKafkaError(err, ['a:1', 'b:2'], 'visits')

        assert.ok(isProbeError(made, code), String(made))
        assert.match(made.message, /^Kafka at a:1,b:2, topic visits: it failed/)
        assert.equal(made.cause, err)
      }
    })
  }

  test('passes our own errors and aborts unchanged', () => {
    const ours = new ProbeError('PP_BUS_CLOSED', 'closed')
    const abort = AbortSignal.abort().reason as unknown

    assert.equal(asKafkaError(ours, []), ours)
    assert.equal(asKafkaError(abort, []), abort)
  })

  test('takes whatever is thrown, however deep', () => {
    const endless = failure({})
    endless.cause = endless

    for (const thrown of [endless, 'a text', undefined, null, 7]) {
      assert.ok(isProbeError(asKafkaError(thrown, ['a:1']), 'PP_BUS_UNAVAILABLE'))
    }
  })
})

suite('judgeGroupError', () => {
  test('tells a rebalance from being left out and from plain trouble', () => {
    assert.equal(judgeGroupError(failure({ type: 'REBALANCE_IN_PROGRESS' })), 'rejoin')
    assert.equal(judgeGroupError(failure({ type: 'NOT_COORDINATOR_FOR_GROUP' })), 'rejoin')
    assert.equal(judgeGroupError(failure({}, failure({ type: 'UNKNOWN_MEMBER_ID' }))), 'lost')
    assert.equal(judgeGroupError(failure({ type: 'ILLEGAL_GENERATION' })), 'lost')
    assert.equal(judgeGroupError(failure({ code: 'ECONNREFUSED' })), 'trouble')
  })
})

test('a missing topic and a missing coordinator are recognised by their cause', () => {
  const topic = failure({}, failure({ type: 'UNKNOWN_TOPIC_OR_PARTITION' }))
  const coordinator = failure({}, failure({ name: 'KafkaJSGroupCoordinatorNotFound' }))

  assert.deepEqual([topic, coordinator].map(isTopicMissing), [true, false])
  assert.deepEqual([topic, coordinator].map(isCoordinatorMissing), [false, true])
})
