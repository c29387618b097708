// Everything that kafkajs fails with becomes an error of the port here, by name, type and code; its
// errors lie inside each other, often with the telling one innermost.
import { errorText, isProbeError, ProbeError } from '../errors.ts'
import { isAbort } from '../signals.ts'
import type { ErrorCode } from '../errors.ts'

// Error types of the Kafka protocol, as kafkajs names them.
const BY_TYPE: Partial<Record<string, ErrorCode>> = {
  UNKNOWN_TOPIC_OR_PARTITION: 'PP_TOPIC_MISSING',
  TOPIC_AUTHORIZATION_FAILED: 'PP_BUS_FORBIDDEN',
  GROUP_AUTHORIZATION_FAILED: 'PP_BUS_FORBIDDEN',
  CLUSTER_AUTHORIZATION_FAILED: 'PP_BUS_FORBIDDEN',
  SASL_AUTHENTICATION_FAILED: 'PP_BUS_AUTH',
  UNSUPPORTED_SASL_MECHANISM: 'PP_BUS_AUTH',
  ILLEGAL_SASL_STATE: 'PP_BUS_AUTH',
  MESSAGE_TOO_LARGE: 'PP_MESSAGE_TOO_LARGE',
  RECORD_LIST_TOO_LARGE: 'PP_MESSAGE_TOO_LARGE',
  INVALID_TOPIC_EXCEPTION: 'PP_CONFIG_INVALID',
  INVALID_PARTITIONS: 'PP_CONFIG_INVALID',
  INVALID_REPLICATION_FACTOR: 'PP_CONFIG_INVALID',
  INVALID_CONFIG: 'PP_CONFIG_INVALID',
  POLICY_VIOLATION: 'PP_CONFIG_INVALID'
}

// The server turned down what we showed it; every other TLS failure is ours with what it showed us.
const REFUSED_CERTIFICATE = /ALERT_(CERTIFICATE_REQUIRED|BAD_CERTIFICATE|UNKNOWN_CA|CERTIFICATE_UNKNOWN|CERTIFICATE_EXPIRED|CERTIFICATE_REVOKED|ACCESS_DENIED|HANDSHAKE_FAILURE)/
const TLS_FAILURE = /^(ERR_TLS_|ERR_SSL_|ERR_OSSL_|CERT_|CRL_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE|EPROTO)/

const HINTS: Partial<Record<ErrorCode, string>> = {
  PP_BUS_AUTH: 'check the user name, the password or the client certificate, and that the listener takes this kind of authentication',
  PP_BUS_TLS: 'check the certificate authority (caFile), that the host names are those in the brokers\' certificates, and that the port is a TLS listener',
  PP_BUS_FORBIDDEN: 'grant this user access by an ACL or a KafkaUser',
  PP_BUS_UNAVAILABLE: 'check that the brokers run, that they are reachable from here, and that the port is of the kind (plain text or TLS) that is configured',
  PP_TOPIC_MISSING: 'create the topic, or correct its name'
}

function hintFor (code: ErrorCode): string {
  const hint = HINTS[code]

  return hint === undefined ? '' : ` (${hint})`
}

const MAX_DEPTH = 10

/** Turns a failure of the Kafka client into the error of the port; aborts and errors of ours pass as they are. */
export function asKafkaError (err: unknown, brokers: readonly string[], topic?: string): unknown {
  if (isAbort(err) || isProbeError(err)) {
    return err
  }

  const chain = chainOf(err)
  const telling = chain.find(link => codeOf(link) !== undefined) ?? chain[0]
  const code = (telling === undefined ? undefined : codeOf(telling)) ?? 'PP_BUS_UNAVAILABLE'
  const where = `Kafka at ${brokers.join(',')}${topic === undefined ? '' : `, topic ${topic}`}`

  return new ProbeError(code, `${where}: ${errorText(telling ?? err)}${hintFor(code)}`, { cause: err, details: { brokers, topic } })
}

/** Whether the client did not learn who coordinates a group. */
export function isCoordinatorMissing (err: unknown): boolean {
  return chainOf(err).some(({ name }) => name === 'KafkaJSGroupCoordinatorNotFound')
}

/** Whether the cluster answered that it has no such topic. */
export function isTopicMissing (err: unknown): boolean {
  return chainOf(err).some(link => codeOf(link) === 'PP_TOPIC_MISSING')
}

/** What a failure of a group member's request asks for. */
export type GroupVerdict = 'rejoin' | 'lost' | 'trouble'

/**
 * Judges a failed heartbeat or commit: `rejoin` when the group deals the partitions out anew, `lost` when it
 * has done so without this member, and `trouble` when the request did not get through.
 */
export function judgeGroupError (err: unknown): GroupVerdict {
  const types = chainOf(err).map(({ type }) => type)

  if (types.some(type => type === 'UNKNOWN_MEMBER_ID' || type === 'ILLEGAL_GENERATION')) {
    return 'lost'
  }

  return types.some(type => type === 'REBALANCE_IN_PROGRESS' || type === 'NOT_COORDINATOR_FOR_GROUP') ? 'rejoin' : 'trouble'
}

interface Link { name?: unknown, type?: unknown, code?: unknown, cause?: unknown, errors?: unknown, message?: unknown }

/** An error and what lies in it, outermost first. Of an aggregate the first error counts. */
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

function codeOf ({ name, type, code }: Link): ErrorCode | undefined {
  if (name === 'KafkaJSSASLAuthenticationError') {
    return 'PP_BUS_AUTH'
  }
  if (typeof type === 'string' && BY_TYPE[type] !== undefined) {
    return BY_TYPE[type]
  }
  if (typeof code !== 'string') {
    return undefined
  }
  if (REFUSED_CERTIFICATE.test(code)) {
    return 'PP_BUS_AUTH'
  }

  return TLS_FAILURE.test(code) ? 'PP_BUS_TLS' : undefined
}
