// The error of the port for each error of the Kafka protocol and of kafkajs, and what to do about it. Types have
// kafkajs's names; higher numbers than it knows are of Kafka 4.3 (kafka.apache.org/protocol#protocol_error_codes). A
// test checks that no type is missing.
import type { ErrorCode } from '../../../errors.ts'

/** The code of an error, and what to do about it. */
export interface ErrorClass {
  code: ErrorCode
  hint: string
}

const of = (code: ErrorCode, hint: string): ErrorClass => ({ code, hint })

/** The class of unknown errors. */
export const UNAVAILABLE = of('PP_BUS_UNAVAILABLE', 'check that the brokers run, that they are reachable from here, and that the port is of the kind (plain text or TLS) that is configured')

const UNNAMED = of('PP_BUS_UNAVAILABLE', 'the host name of a broker cannot be resolved: correct it, or check the DNS of this machine')
const SLOW = of('PP_BUS_UNAVAILABLE', 'a broker did not answer in time: check its load and the network between')
const LEADER = of('PP_BUS_SETTLING', 'a partition is moving to another broker: the request is retried; when it lasts, check that all brokers run')
const COORDINATOR = of('PP_BUS_SETTLING', 'a broker is taking over the group or is loading it: the request is retried; when it lasts, check the topic __consumer_offsets')
const REBALANCE = of('PP_BUS_SETTLING', 'the group is rebalancing: the request is retried; when it lasts, check which members join and leave the group')
const THROTTLED = of('PP_BUS_SETTLING', 'Kafka limits the rate of this user or client: the request is retried; raise the quota when it lasts')
const REPLICAS = of('PP_BUS_REPLICAS', 'start the brokers that are down, or lower min.insync.replicas of the topic')
const AUTH = of('PP_BUS_AUTH', 'check the user name, the password or the client certificate, and that the listener accepts this kind of authentication')
const TLS = of('PP_BUS_TLS', 'check the certificate authority (caFile), that the host names are those in the brokers\' certificates, and that the port is a TLS listener')
const FORBIDDEN = of('PP_BUS_FORBIDDEN', 'grant this user access by an ACL or a KafkaUser')
const MISSING = of('PP_TOPIC_MISSING', 'create the topic, or correct its name')
const TOO_LARGE = of('PP_MESSAGE_TOO_LARGE', 'raise max.message.bytes (or segment.bytes) of the topic')
const CONFIG = of('PP_CONFIG_INVALID', 'correct the name, the partitions, the replicas or the setting that the brokers refuse')
const DISK = of('PP_BUS_FAILED', 'a broker cannot use its disk: read its log')
const BROKER = of('PP_BUS_FAILED', 'read the log of the brokers')
const CLIENT = of('PP_BUS_FAILED', 'this is a fault of the client: report it with the log')
const VERSION = of('PP_BUS_REFUSED', 'use Kafka 2.1 or newer, and no proxy or service that leaves out parts of its protocol')
const UNUSED = of('PP_BUS_REFUSED', 'PeerProbe sends no such request: report it with the log')
const SESSION = of('PP_BUS_REFUSED', 'the brokers\' group.min.session.timeout.ms must be at most 20 s, and group.max.session.timeout.ms at least that')
const CLOCK = of('PP_BUS_REFUSED', 'correct the clock of this machine, or message.timestamp.before.max.ms and message.timestamp.after.max.ms of the topic')
const RECORD = of('PP_BUS_REFUSED', 'a rule of the topic or of the broker refuses a message: read the broker\'s log')
const BUSY_GROUP = of('PP_GROUP_ACTIVE', 'stop the consumers of the group first')
const GROUP = of('PP_GROUP_CONFLICT', 'other members use the group in an incompatible way (another assignor, or the same instance id): give this consumer its own group, or stop them')
const FULL_GROUP = of('PP_GROUP_CONFLICT', 'the group has as many members as group.max.size allows: run fewer consumers, or raise it')
const OTHER_PROTOCOL = of('PP_GROUP_CONFLICT', 'members of the newer kind (group.protocol=consumer) use the group: give this consumer its own group, or stop them')
const CORRUPT = of('PP_BATCH_UNREADABLE', 'a batch is corrupt on the broker, or was damaged on its way: read the broker\'s log')

const BY_CLASS: readonly [ErrorClass, ...string[]][] = [
  [LEADER, 'LEADER_NOT_AVAILABLE', 'NOT_LEADER_FOR_PARTITION', 'REPLICA_NOT_AVAILABLE', 'STALE_CONTROLLER_EPOCH', 'NOT_CONTROLLER', 'REASSIGNMENT_IN_PROGRESS', 'FENCED_LEADER_EPOCH', 'UNKNOWN_LEADER_EPOCH', 'STALE_BROKER_EPOCH', 'OFFSET_NOT_AVAILABLE', 'PREFERRED_LEADER_NOT_AVAILABLE', 'ELIGIBLE_LEADERS_NOT_AVAILABLE', 'ELECTION_NOT_NEEDED', 'LISTENER_NOT_FOUND', 'FETCH_SESSION_ID_NOT_FOUND', 'INVALID_FETCH_SESSION_EPOCH', 'OFFSET_OUT_OF_RANGE', 'OPERATION_NOT_ATTEMPTED', 'UNKNOWN_TOPIC_ID', 'INCONSISTENT_TOPIC_ID', 'FETCH_SESSION_TOPIC_ID_ERROR', 'NEW_LEADER_ELECTED', 'OFFSET_MOVED_TO_TIERED_STORAGE', 'UNKNOWN_CONTROLLER_ID', 'REBOOTSTRAP_REQUIRED', 'KafkaJSBrokerNotFound', 'KafkaJSMetadataNotLoaded', 'KafkaJSTopicMetadataNotLoaded', 'KafkaJSStaleTopicMetadataAssignment', 'KafkaJSOffsetOutOfRange'],
  [COORDINATOR, 'GROUP_LOAD_IN_PROGRESS', 'GROUP_COORDINATOR_NOT_AVAILABLE', 'NOT_COORDINATOR_FOR_GROUP', 'UNSTABLE_OFFSET_COMMIT', 'KafkaJSGroupCoordinatorNotFound'],
  [REBALANCE, 'ILLEGAL_GENERATION', 'UNKNOWN_MEMBER_ID', 'REBALANCE_IN_PROGRESS', 'MEMBER_ID_REQUIRED', 'KafkaJSMemberIdRequired'],
  [THROTTLED, 'THROTTLING_QUOTA_EXCEEDED'],
  [REPLICAS, 'NOT_ENOUGH_REPLICAS', 'NOT_ENOUGH_REPLICAS_AFTER_APPEND'],
  [SLOW, 'REQUEST_TIMED_OUT', 'KafkaJSRequestTimeoutError', 'KafkaJSTimeout', 'KafkaJSLockTimeout', 'ETIMEDOUT'],
  [UNAVAILABLE, 'BROKER_NOT_AVAILABLE', 'NETWORK_EXCEPTION', 'KafkaJSConnectionError', 'KafkaJSConnectionClosedError', 'KafkaJSNoBrokerAvailableError'],
  [UNNAMED, 'ENOTFOUND', 'EAI_AGAIN'],
  [AUTH, 'UNSUPPORTED_SASL_MECHANISM', 'ILLEGAL_SASL_STATE', 'SASL_AUTHENTICATION_FAILED', 'UNACCEPTABLE_CREDENTIAL', 'KafkaJSSASLAuthenticationError'],
  [FORBIDDEN, 'TOPIC_AUTHORIZATION_FAILED', 'GROUP_AUTHORIZATION_FAILED', 'CLUSTER_AUTHORIZATION_FAILED', 'TRANSACTIONAL_ID_AUTHORIZATION_FAILED', 'DELEGATION_TOKEN_AUTHORIZATION_FAILED'],
  [MISSING, 'UNKNOWN_TOPIC_OR_PARTITION'],
  [TOO_LARGE, 'MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE'],
  [CONFIG, 'INVALID_TOPIC_EXCEPTION', 'INVALID_GROUP_ID', 'INVALID_PARTITIONS', 'INVALID_REPLICATION_FACTOR', 'INVALID_REPLICA_ASSIGNMENT', 'INVALID_CONFIG', 'POLICY_VIOLATION'],
  [DISK, 'KAFKA_STORAGE_ERROR', 'LOG_DIR_NOT_FOUND'],
  [BROKER, 'UNKNOWN', 'KAFKAJS_UNKNOWN_ERROR_CODE', 'PRINCIPAL_DESERIALIZATION_FAILURE', 'INCONSISTENT_CLUSTER_ID', 'MISMATCHED_ENDPOINT_TYPE', 'UNSUPPORTED_ENDPOINT_TYPE'],
  [CLIENT, 'KafkaJSInvariantViolation', 'KafkaJSDeleteTopicRecordsError', 'KafkaJSDeleteGroupsError'],
  [VERSION, 'UNSUPPORTED_VERSION', 'UNSUPPORTED_FOR_MESSAGE_FORMAT', 'UNSUPPORTED_COMPRESSION_TYPE', 'INVALID_REQUEST', 'INVALID_FETCH_SIZE', 'INVALID_REQUIRED_ACKS', 'KafkaJSServerDoesNotSupportApiKey', 'KafkaJSNotImplemented'],
  [SESSION, 'INVALID_SESSION_TIMEOUT'],
  [CLOCK, 'INVALID_TIMESTAMP'],
  [RECORD, 'INVALID_RECORD', 'OFFSET_METADATA_TOO_LARGE', 'INVALID_COMMIT_OFFSET_SIZE'],
  [BUSY_GROUP, 'NON_EMPTY_GROUP', 'GROUP_SUBSCRIBED_TO_TOPIC'],
  [GROUP, 'INCONSISTENT_GROUP_PROTOCOL', 'FENCED_INSTANCE_ID'],
  [FULL_GROUP, 'GROUP_MAX_SIZE_REACHED'],
  [OTHER_PROTOCOL, 'GROUP_ID_NOT_FOUND', 'FENCED_MEMBER_EPOCH', 'UNRELEASED_INSTANCE_ID', 'UNSUPPORTED_ASSIGNOR', 'STALE_MEMBER_EPOCH'],
  [CORRUPT, 'CORRUPT_MESSAGE', 'KafkaJSPartialMessageError', 'KafkaJSUnsupportedMagicByteInMessageSet'],
  [UNUSED, 'TOPIC_ALREADY_EXISTS', 'OUT_OF_ORDER_SEQUENCE_NUMBER', 'DUPLICATE_SEQUENCE_NUMBER', 'INVALID_PRODUCER_EPOCH', 'INVALID_TXN_STATE', 'INVALID_PRODUCER_ID_MAPPING', 'INVALID_TRANSACTION_TIMEOUT', 'CONCURRENT_TRANSACTIONS', 'TRANSACTION_COORDINATOR_FENCED', 'SECURITY_DISABLED', 'UNKNOWN_PRODUCER_ID', 'DELEGATION_TOKEN_AUTH_DISABLED', 'DELEGATION_TOKEN_NOT_FOUND', 'DELEGATION_TOKEN_OWNER_MISMATCH', 'DELEGATION_TOKEN_REQUEST_NOT_ALLOWED', 'DELEGATION_TOKEN_EXPIRED', 'INVALID_PRINCIPAL_TYPE', 'TOPIC_DELETION_DISABLED', 'NO_REASSIGNMENT_IN_PROGRESS', 'PRODUCER_FENCED', 'KafkaJSCreateTopicError', 'KafkaJSAlterPartitionReassignmentsError']
]

const CLASSES: ReadonlyMap<string, ErrorClass> = new Map(BY_CLASS.flatMap(([meaning, ...types]) => types.map(type => [type, meaning] as const)))

// Errors that brokers send to clients like ours. Others occur between brokers, or in features that we do not use.
const NEWER_TYPES: Readonly<Record<number, string>> = {
  89: 'THROTTLING_QUOTA_EXCEEDED',
  90: 'PRODUCER_FENCED',
  93: 'UNACCEPTABLE_CREDENTIAL',
  97: 'PRINCIPAL_DESERIALIZATION_FAILURE',
  100: 'UNKNOWN_TOPIC_ID',
  103: 'INCONSISTENT_TOPIC_ID',
  104: 'INCONSISTENT_CLUSTER_ID',
  106: 'FETCH_SESSION_TOPIC_ID_ERROR',
  108: 'NEW_LEADER_ELECTED',
  109: 'OFFSET_MOVED_TO_TIERED_STORAGE',
  110: 'FENCED_MEMBER_EPOCH',
  111: 'UNRELEASED_INSTANCE_ID',
  112: 'UNSUPPORTED_ASSIGNOR',
  113: 'STALE_MEMBER_EPOCH',
  114: 'MISMATCHED_ENDPOINT_TYPE',
  115: 'UNSUPPORTED_ENDPOINT_TYPE',
  116: 'UNKNOWN_CONTROLLER_ID',
  129: 'REBOOTSTRAP_REQUIRED'
}

// TLS alerts by which the server refuses our certificate. All other TLS failures concern the server's certificate.
const REFUSED_CERTIFICATE = /ALERT_(CERTIFICATE_REQUIRED|BAD_CERTIFICATE|UNKNOWN_CA|CERTIFICATE_UNKNOWN|CERTIFICATE_EXPIRED|CERTIFICATE_REVOKED|ACCESS_DENIED|HANDSHAKE_FAILURE)/
const TLS_FAILURE = /^(ERR_TLS_|ERR_SSL_|ERR_OSSL_|CERT_|CRL_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE|EPROTO)/

/** The class of an error type of the protocol, of a name of kafkajs's errors, or of a code of Node.js. */
export function classOf (type: string): ErrorClass | undefined {
  return CLASSES.get(type) ?? (REFUSED_CERTIFICATE.test(type) ? AUTH : TLS_FAILURE.test(type) ? TLS : undefined)
}

/** The type of an error that kafkajs does not know, by its number; undefined for an error that cannot occur. */
export function newerType (number: number): string | undefined {
  return NEWER_TYPES[number]
}
