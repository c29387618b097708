// What every error of the protocol that can come means for us. A type that a newer client or broker adds fails
// here until somebody has decided on it.
import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { suite, test } from 'node:test'
import { classOf, newerType } from '../../../../../core/bus/kafka/client/kafka-error-table.ts'
import { asKafkaError, isPassing } from '../../../../../core/bus/kafka/client/kafka-error.ts'
import { ERRORS, isProbeError } from '../../../../../core/errors.ts'
import type { ErrorCode } from '../../../../../core/errors.ts'

const require = createRequire(import.meta.url)
const { errorCodes, createErrorFromCode } = require('kafkajs/src/protocol/error') as { errorCodes: { type: string, code: number, message: string }[], createErrorFromCode: (code: number) => Error }
const classes = require('kafkajs/src/errors') as Record<string, new (...args: unknown[]) => Error & { retriable?: boolean }>

const PROTOCOL: Partial<Record<ErrorCode, number[]>> = {
  // A leader, a coordinator, a generation of a group or a quota that is not there at the moment.
  PP_BUS_SETTLING: [1, 5, 6, 9, 11, 14, 15, 16, 22, 25, 27, 41, 55, 60, 70, 71, 72, 74, 75, 77, 78, 79, 80, 83, 84, 88, 89, 100, 103, 106, 108, 109, 116, 129],
  PP_BUS_REPLICAS: [19, 20],
  PP_BUS_UNAVAILABLE: [7, 8, 13],
  PP_BUS_FAILED: [-1, 56, 57, 97, 104, 114, 115],
  PP_BUS_REFUSED: [4, 12, 21, 26, 28, 32, 35, 36, 42, 43, 45, 46, 47, 48, 49, 50, 51, 52, 54, 59, 61, 62, 63, 64, 66, 67, 73, 76, 85, 87, 90],
  PP_BUS_AUTH: [33, 34, 58, 93],
  PP_BUS_FORBIDDEN: [29, 30, 31, 53, 65],
  PP_CONFIG_INVALID: [17, 24, 37, 38, 39, 40, 44],
  PP_TOPIC_MISSING: [3],
  PP_MESSAGE_TOO_LARGE: [10, 18],
  PP_BATCH_UNREADABLE: [2],
  PP_GROUP_CONFLICT: [23, 69, 81, 82, 110, 111, 112, 113],
  PP_GROUP_ACTIVE: [68, 86]
}

const CLIENT: Record<string, ErrorCode | 'wraps'> = {
  KafkaJSError: 'wraps',
  KafkaJSNonRetriableError: 'wraps',
  KafkaJSProtocolError: 'wraps',
  KafkaJSNumberOfRetriesExceeded: 'wraps',
  KafkaJSAggregateError: 'wraps',
  KafkaJSInvalidVarIntError: 'wraps',
  KafkaJSInvalidLongError: 'wraps',
  KafkaJSFetcherRebalanceError: 'wraps',
  KafkaJSCreateTopicError: 'PP_BUS_REFUSED',
  KafkaJSAlterPartitionReassignmentsError: 'PP_BUS_REFUSED',
  KafkaJSOffsetOutOfRange: 'PP_BUS_SETTLING',
  KafkaJSMemberIdRequired: 'PP_BUS_SETTLING',
  KafkaJSBrokerNotFound: 'PP_BUS_SETTLING',
  KafkaJSMetadataNotLoaded: 'PP_BUS_SETTLING',
  KafkaJSTopicMetadataNotLoaded: 'PP_BUS_SETTLING',
  KafkaJSStaleTopicMetadataAssignment: 'PP_BUS_SETTLING',
  KafkaJSGroupCoordinatorNotFound: 'PP_BUS_SETTLING',
  KafkaJSConnectionError: 'PP_BUS_UNAVAILABLE',
  KafkaJSConnectionClosedError: 'PP_BUS_UNAVAILABLE',
  KafkaJSRequestTimeoutError: 'PP_BUS_UNAVAILABLE',
  KafkaJSTimeout: 'PP_BUS_UNAVAILABLE',
  KafkaJSLockTimeout: 'PP_BUS_UNAVAILABLE',
  KafkaJSNoBrokerAvailableError: 'PP_BUS_UNAVAILABLE',
  KafkaJSSASLAuthenticationError: 'PP_BUS_AUTH',
  KafkaJSServerDoesNotSupportApiKey: 'PP_BUS_REFUSED',
  KafkaJSNotImplemented: 'PP_BUS_REFUSED',
  KafkaJSPartialMessageError: 'PP_BATCH_UNREADABLE',
  KafkaJSUnsupportedMagicByteInMessageSet: 'PP_BATCH_UNREADABLE',
  KafkaJSInvariantViolation: 'PP_BUS_FAILED',
  KafkaJSDeleteGroupsError: 'PP_BUS_FAILED',
  KafkaJSDeleteTopicRecordsError: 'PP_BUS_FAILED'
}

const NODE: Record<string, [code: ErrorCode, hint: RegExp]> = {
  ECONNREFUSED: ['PP_BUS_UNAVAILABLE', /check that the brokers run/],
  ECONNRESET: ['PP_BUS_UNAVAILABLE', /check that the brokers run/],
  EHOSTUNREACH: ['PP_BUS_UNAVAILABLE', /reachable/],
  ETIMEDOUT: ['PP_BUS_UNAVAILABLE', /did not answer in time/],
  ENOTFOUND: ['PP_BUS_UNAVAILABLE', /host name/],
  EAI_AGAIN: ['PP_BUS_UNAVAILABLE', /DNS/]
}

const GENERAL = 'check that the brokers run, that they are reachable'
const numbers = Object.entries(PROTOCOL).flatMap(([code, of]) => of.map(number => [number, code as ErrorCode] as const))
const textOf = (err: unknown): string => err instanceof Error ? err.message : ''

suite('errors of the Kafka protocol', () => {
  test('are all decided on, each once', () => {
    const known = errorCodes.map(({ code }) => code)

    assert.deepEqual(known.filter(code => !numbers.some(([number]) => number === code)), [])
    assert.equal(new Set(numbers.map(([number]) => number)).size, numbers.length)
  })

  for (const [number, code] of numbers) {
    const err = createErrorFromCode(number)

    const { type } = err as unknown as { type: string }

    test(`${String(number)} (${type}) is ${code}, with a hint of its own, also as the words that the client keeps of it`, () => {
      for (const each of [err, new classes['KafkaJSError']!(err), new classes['KafkaJSNumberOfRetriesExceeded']!(err, {}), new Error('outside', { cause: err })]) {
        const made = asKafkaError(each, ['a:1'], 'visits')

        assert.ok(isProbeError(made, code), String(made))
        assert.match(made.message, /\(.{20,}\)$/)
        assert.equal(made.message.includes(GENERAL), number === 8 || number === 13)
      }
    })
  }

  test('that nobody knows name their number, and are the brokers\' fault, not the network\'s', () => {
    const made = asKafkaError(createErrorFromCode(4_711), ['a:1'])

    assert.ok(isProbeError(made, 'PP_BUS_FAILED') && made.message.includes('4711') && made.message.includes('log of the brokers'))
  })

  test('pass by themselves exactly where the error table lets a consumer join again', () => {
    for (const [number, code] of numbers) {
      assert.equal(isPassing(asKafkaError(createErrorFromCode(number), [])), ['PP_BUS_SETTLING', 'PP_BUS_REPLICAS', 'PP_BUS_UNAVAILABLE', 'PP_BUS_FAILED'].includes(code), String(number))
      assert.ok(!isPassing(asKafkaError(createErrorFromCode(number), [])) || ERRORS[code].retryable)
    }
  })
})

test('types of newer brokers have a class each, and what is no type of anything has none', () => {
  for (let number = 89; number < 200; number++) {
    const type = newerType(number)
    assert.ok(type === undefined || classOf(type) !== undefined, String(number))
  }

  assert.equal(classOf('KafkaJSError'), undefined)
  assert.equal(classOf('constructor'), undefined)
})

suite('errors of the client', () => {
  const named = Object.keys(classes).filter(name => name.startsWith('KafkaJS'))

  test('are all decided on', () => {
    assert.deepEqual(named.toSorted(), Object.keys(CLIENT).toSorted())
  })

  for (const [name, code] of Object.entries(CLIENT).filter(([, code]) => code !== 'wraps')) {
    test(`${name} is ${code}`, () => {
      const made = asKafkaError(Object.assign(new Error('it failed'), { name }), ['a:1'])

      assert.ok(isProbeError(made, code as ErrorCode), String(made))
    })
  }

  for (const [errno, [code, hint]] of Object.entries(NODE)) {
    test(`${errno} is ${code}, with its own hint`, () => {
      const made = asKafkaError(new classes['KafkaJSNumberOfRetriesExceeded']!(new classes['KafkaJSConnectionError']!('Connection error: it failed', { broker: 'a:1', code: errno }), {}), ['a:1'])

      assert.ok(isProbeError(made, code))
      assert.match(textOf(made), hint)
    })
  }

  test('that say that another assignor deals out the partitions are a conflict of the group', () => {
    const made = asKafkaError(new classes['KafkaJSNonRetriableError']!('Unsupported partition assigner "range", the assigner wasn\'t found in the assigners list'), ['a:1'])

    assert.ok(isProbeError(made, 'PP_GROUP_CONFLICT'))
  })
})
