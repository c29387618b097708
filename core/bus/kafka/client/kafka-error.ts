// Converts every failure of kafkajs to an error of the port, by name, type and code. Its errors are nested, often with
// the most specific one innermost.
import { createRequire } from 'node:module'
import { errorText, isProbeError, ProbeError } from '../../../errors.ts'
import { isAbort } from '../../../time/signals.ts'
import { classOf, newerType, UNAVAILABLE } from './kafka-error-table.ts'
import type { ErrorCode } from '../../../errors.ts'
import type { ErrorClass } from './kafka-error-table.ts'

// Codes of failures that are retried: they end without a change of settings.
const PASSING: ReadonlySet<ErrorCode> = new Set(['PP_BUS_UNAVAILABLE', 'PP_BUS_SETTLING', 'PP_BUS_REPLICAS', 'PP_BUS_FAILED'])

// kafkajs wraps some errors of the protocol in errors that keep only their message.
const TYPES_BY_TEXT: ReadonlyMap<string, string> = new Map((createRequire(import.meta.url)('kafkajs/src/protocol/error') as { errorCodes: { type: string, message: string }[] })
  .errorCodes.map(({ type, message }) => [message, type]))
const NEWER = /^Unknown error code (\d+)$/
const OTHER_ASSIGNOR = 'Unsupported partition assigner'

const MAX_DEPTH = 10

/** Converts a failure of the Kafka client to the error of the port; returns aborts and ProbeErrors unchanged. */
export function asKafkaError (err: unknown, brokers: readonly string[], topic?: string): unknown {
  if (isAbort(err) || isProbeError(err)) {
    return err
  }

  const chain = chainOf(err)
  const ours = chain.find(link => isProbeError(link))
  if (ours !== undefined) {
    return ours
  }

  const specific = chain.find(link => classOfLink(link) !== undefined) ?? chain[0]
  const { code, hint } = (specific === undefined ? undefined : classOfLink(specific)) ?? UNAVAILABLE
  const where = `Kafka at ${brokers.join(',')}${topic === undefined ? '' : `, topic ${topic}`}`

  return new ProbeError(code, `${where}: ${errorText(specific ?? err)} (${hint})`, { cause: err, details: { brokers, topic } })
}

/** Whether an error of the port is temporary: the same request may succeed later. */
export function isPassing (err: unknown): boolean {
  return isProbeError(err) && PASSING.has(err.code)
}

/** Whether the client did not find the coordinator of a group. */
export function isCoordinatorMissing (err: unknown): boolean {
  return chainOf(err).some(({ name }) => name === 'KafkaJSGroupCoordinatorNotFound')
}

/** Whether the cluster answered that it has no such topic. */
export function isTopicMissing (err: unknown): boolean {
  return chainOf(err).some(link => classOfLink(link)?.code === 'PP_TOPIC_MISSING')
}

/** Reaction to a failed request of a group member. */
export type GroupVerdict = 'rejoin' | 'lost' | 'trouble'

/**
 * Classifies a failed heartbeat or commit: `rejoin` when the group is rebalancing, `lost` when it has removed this
 * member, and `trouble` when the request did not get through.
 */
export function judgeGroupError (err: unknown): GroupVerdict {
  const types = chainOf(err).map(({ type }) => type)

  if (types.some(type => type === 'UNKNOWN_MEMBER_ID' || type === 'ILLEGAL_GENERATION')) {
    return 'lost'
  }

  return types.some(type => type === 'REBALANCE_IN_PROGRESS' || type === 'NOT_COORDINATOR_FOR_GROUP') ? 'rejoin' : 'trouble'
}

interface Link { name?: unknown, type?: unknown, code?: unknown, cause?: unknown, errors?: unknown, message?: unknown }

/** An error and its nested errors, outermost first. Of an aggregate the first error counts. */
function chainOf (err: unknown): Link[] {
  const chain: Link[] = []
  let next = err

  while (typeof next === 'object' && next !== null && chain.length < MAX_DEPTH) {
    const link: Link = next
    chain.push(link)
    next = Array.isArray(link.errors) ? link.errors[0] : link.cause
  }

  return chain
}

function classOfLink ({ name, type, code, message }: Link): ErrorClass | undefined {
  const text = typeof message === 'string' ? message : ''
  const known = NEWER.exec(text) === null ? TYPES_BY_TEXT.get(text) : newerType(Number(NEWER.exec(text)?.[1]))

  return (text.startsWith(OTHER_ASSIGNOR) ? classOf('INCONSISTENT_GROUP_PROTOCOL') : undefined) ?? firstClass([known, type, code, name])
}

function firstClass (names: readonly unknown[]): ErrorClass | undefined {
  for (const name of names) {
    const found = typeof name === 'string' ? classOf(name) : undefined

    if (found !== undefined) {
      return found
    }
  }

  return undefined
}
