/**
 * Every failure PeerProbe raises on purpose, in one closed table.
 *
 * The code is the contract: logs, metrics labels, Kubernetes condition reasons and
 * docs/reference/errors.md all key on it, so a code may be added but never renamed.
 */
export const ERRORS = {
  PP_CONFIG_INVALID: { reason: 'ConfigInvalid', retryable: false, summary: 'A setting is missing, of the wrong type or out of range.', action: 'Correct the fields that the message names and start again.' },
  PP_SPEC_INVALID: { reason: 'SpecInvalid', retryable: false, summary: 'The PeerProbe asks for something that its schema does not allow.', action: 'Correct the fields that the message names; `docs/reference/peerprobe.md` lists what each accepts.' },
  PP_NOT_SUPPORTED: { reason: 'NotSupported', retryable: false, summary: 'The PeerProbe asks for something that this version or this place cannot do yet.', action: 'Remove the fields that the message names, or run where they are supported.' },
  PP_NETWORK_UNKNOWN: { reason: 'NetworkUnknown', retryable: false, summary: 'A scan names a network preset that does not exist.', action: 'Use one of the presets that the message lists, or give `bootstrapPeers` and `protocols`.' },
  PP_NO_BOOTSTRAP: { reason: 'NoBootstrap', retryable: true, summary: 'No bootstrap peer of the network could be contacted.', action: 'Check that this machine reaches the internet (DNS and outgoing TCP), or give `bootstrapPeers` that it can reach.' },
  PP_NO_DHT_SERVER: { reason: 'NoDhtServer', retryable: true, summary: 'None of the peers that were contacted serves the DHT protocol of the scan.', action: 'Give `network.protocols` the DHT protocol of the network (the message lists those of its peers), or give other `bootstrapPeers`.' },
  PP_OTHER_PROTOCOLS: { reason: 'OtherProtocols', retryable: true, summary: 'Some of the contacted peers serve the DHT by protocols that the scan does not use.', action: 'Add the protocols in the message to `network.protocols`, if their peers belong to the network.' },
  PP_DEVNET_FAILED: { reason: 'DevnetFailed', retryable: false, summary: 'The practice network on this machine did not come up.', action: 'Read the cause in the message; a busy machine may need another try.' },
  PP_CHILD_FAILED: { reason: 'ChildFailed', retryable: true, summary: 'A child process of the local runner ended although it should be running.', action: 'Read the last lines that it logged; the runner restarts it with back-off.' },
  PP_BUS_UNAVAILABLE: { reason: 'BusUnavailable', retryable: true, summary: 'The message bus did not accept a request in time.', action: 'Check that the brokers (or, embedded, the disk) are reachable and have room.' },
  PP_BUS_CLOSED: { reason: 'BusClosed', retryable: false, summary: 'The message bus was used after it was closed.', action: 'This is a fault of PeerProbe: report it with the log.' },
  PP_BUS_AUTH: { reason: 'BusAuth', retryable: false, summary: 'Kafka refuses this user, its password or its client certificate.', action: 'Correct the user name, the password or the certificate (the files are read again for each connection), or the mechanism that the listener takes.' },
  PP_BUS_TLS: { reason: 'BusTls', retryable: false, summary: 'The encrypted connection to Kafka cannot be trusted or cannot be made.', action: 'Give the certificate authority that signed the brokers\' certificates, use host names that the certificates contain, and the port of a TLS listener.' },
  PP_BUS_FORBIDDEN: { reason: 'BusForbidden', retryable: false, summary: 'Kafka does not allow this user to use a topic or a group.', action: 'Grant the user Read, Write and Describe on the topic and on that of dead letters (its name with -dead-letters), Read and Describe on the consumer group and on that of dead letters (its name with -dead-letters), and Create on the topics where the prepare job creates them. A scan with active.neighbours needs the same for the topic and the group with -neighbours.' },
  PP_BUS_SETTLING: { reason: 'BusSettling', retryable: true, summary: 'Kafka is electing a leader, moving a coordinator, rebalancing a group or limiting a rate, and did not process a request.', action: 'Nothing: the request is repeated. When it lasts, check that all brokers run and that all partitions have a leader.' },
  PP_BUS_REPLICAS: { reason: 'BusReplicas', retryable: true, summary: 'A partition has fewer in-sync replicas than `min.insync.replicas` asks for, so Kafka accepts no message.', action: 'Start the brokers that are down, or lower `min.insync.replicas` of the topic; nothing is lost meanwhile.' },
  PP_BUS_FAILED: { reason: 'BusFailed', retryable: true, summary: 'A Kafka broker failed to process a request, because of an internal fault or its disk.', action: 'Read the log of the brokers; the request is repeated.' },
  PP_BUS_REFUSED: { reason: 'BusRefused', retryable: false, summary: 'Kafka refuses a request that its version, or a setting of the brokers or of the topic, does not allow.', action: 'Change the setting that the message names.' },
  PP_BATCH_UNREADABLE: { reason: 'BatchUnreadable', retryable: false, summary: 'A batch of messages on a topic is corrupt, or compressed in an unknown way; it blocks its partition.', action: 'Set `compression.type` of the topic to `producer`, `gzip`, `lz4`, `snappy`, `zstd` or `uncompressed`, and restore the batch; or skip it: set the offset of the group after it (`kafka-consumer-groups.sh --reset-offsets --topic TOPIC:PARTITION --to-offset OFFSET`).' },
  PP_GROUP_CONFLICT: { reason: 'GroupConflict', retryable: false, summary: 'A consumer group has members that do not fit together: they read other topics, or use another assignor.', action: 'Give each set of consumers a group of its own (`spec.kafka.consumerGroup`), or stop the other members.' },
  PP_GROUP_IDLE: { reason: 'GroupIdle', retryable: true, summary: 'A consumer has no partition of its topic, so it stores nothing.', action: 'Run at most as many consumers as the topic has partitions.' },
  PP_TOPIC_MISSING: { reason: 'TopicMissing', retryable: true, summary: 'A topic does not exist.', action: 'Create the topic, or let the operator or the local runner create it.' },
  PP_GROUP_ACTIVE: { reason: 'GroupActive', retryable: true, summary: 'The offsets of a consumer group cannot be set while the group has members.', action: 'Stop the consumers (suspend the PeerProbe), wait half a minute, and try again; in a cluster, where no consumer is left to run the command in, by the Job that kubectl peerprobe job prints.' },
  PP_LEGACY_MESSAGE: { reason: 'LegacyMessage', retryable: false, summary: 'A message on the topic has the format of an earlier program: JSON without a type and a version.', action: 'Nothing: it is kept with the dead letters. Stop the program that still sends such messages.' },
  PP_MESSAGE_INVALID: { reason: 'MessageInvalid', retryable: false, summary: 'A message on the topic is not JSON or does not match its schema.', action: 'Read the reason in the dead-letter headers, correct the producer, then replay.' },
  PP_MESSAGE_VERSION: { reason: 'MessageVersion', retryable: false, summary: 'A message has a version or type that this consumer does not know.', action: 'Roll out the newer consumer, then replay the dead letters.' },
  PP_MESSAGE_TOO_LARGE: { reason: 'MessageTooLarge', retryable: false, summary: 'A message is larger than the 64 kB that a consumer accepts, or than the topic\'s `max.message.bytes`; only this message is left out.', action: 'Correct the producer of a message of more than 64 kB (PeerProbe crawlers send none), or raise `max.message.bytes` of the topic.' },
  PP_MESSAGE_FUTURE: { reason: 'MessageFuture', retryable: false, summary: 'A message has a time more than 5 minutes in the future.', action: 'Correct the clock of the machine that sent it, then replay.' },
  PP_DEAD_LETTER_RATE: { reason: 'DeadLetterRate', retryable: true, summary: 'More than a fifth of the last 1,000 messages became dead letters, because of a fault of a producer or of this consumer, or because a client floods the topic; all others are stored.', action: 'Read the newest dead letters (`peerprobe dead-letters list`), correct their producer or revoke its right to write; the consumer continues meanwhile.' },
  PP_CONSUMER_STUCK: { reason: 'ConsumerStuck', retryable: true, summary: 'Messages are waiting and none was committed for too long.', action: 'Read the log for the last failure; the consumer rebuilds itself and then exits to be restarted.' },
  PP_STORE_UNAVAILABLE: { reason: 'StoreUnavailable', retryable: true, summary: 'The database cannot be reached or does not answer.', action: 'Check that the database runs, is reachable and has disk space; nothing is lost meanwhile.' },
  PP_STORE_CONFLICT: { reason: 'StoreConflict', retryable: true, summary: 'The database rolled back a transaction in favour of another one (deadlock or lock timeout).', action: 'Nothing: the transaction is retried.' },
  PP_STORE_DATA: { reason: 'StoreData', retryable: false, summary: 'The database refuses the values of a row.', action: 'Read the reason in the dead-letter headers; the message itself is kept there.' },
  PP_STORE_SCHEMA: { reason: 'StoreSchema', retryable: false, summary: 'The database schema is not the one that this version expects.', action: 'Run the version that created the schema or a newer one; never edit applied migrations.' },
  PP_STORE_OTHER_PROGRAM: { reason: 'StoreOtherProgram', retryable: false, summary: 'An event, trigger or routine of another program may write the tables that are to be taken over.', action: 'Run the statements in the message, each of which drops one of them, then start again; nothing was changed.' },
  PP_STORE_AUTH: { reason: 'StoreAuth', retryable: false, summary: 'The database refuses this user or its password, or asks for the password in a way that would reveal it to an attacker.', action: 'Correct the user name or the password (its file is read again for each connection), let the user connect from here, or set `mysql.tls` where the message says so (`mysql.allowPublicKeyRetrieval: true` only where no other machine can answer).' },
  PP_STORE_TLS: { reason: 'StoreTls', retryable: false, summary: 'The encrypted connection to the database cannot be trusted or cannot be made.', action: 'Give the certificate authority that signed the server\'s certificate, and use a host name that the certificate contains.' },
  PP_STORE_DATABASE_MISSING: { reason: 'StoreDatabaseMissing', retryable: false, summary: 'The database server has no database of this name.', action: 'Create the database (`CREATE DATABASE`), or correct its name; PeerProbe creates the tables.' },
  PP_STORE_GRANT_MISSING: { reason: 'StoreGrantMissing', retryable: false, summary: 'The database user lacks a privilege.', action: 'Grant the user all privileges on the database: `GRANT ALL PRIVILEGES ON <database>.* TO <user>`.' },
  PP_STORE_SERVER: { reason: 'StoreServer', retryable: false, summary: 'The database server is too old, or has unsuitable settings.', action: 'Use MySQL 8.0 or MariaDB 10.6 or newer with the settings that the message names.' },
  PP_FILE_UNUSABLE: { reason: 'FileUnusable', retryable: false, summary: 'The file of the embedded database or log is damaged, is no SQLite database, or cannot be opened.', action: 'Make the file readable and writable, restore it, or move it away: a new one is created. Another folder (`--data`) works as well.' },
  PP_DISK_LOW: { reason: 'DiskLow', retryable: true, summary: 'A disk that PeerProbe writes to is nearly full, in bytes or in files; crawls wait, and nothing is lost.', action: 'Make room on the disk that the message or the log names, give it a larger volume, or lower the mark (`--min-free`, `disk.minFreeBytes`); work continues by itself at one and a half times the mark.' },
  PP_PLACES_INVALID: { reason: 'PlacesInvalid', retryable: true, summary: 'A file with the places of IP addresses cannot be used; the last usable one of its name stays in use.', action: 'Replace the file that the message names by a whole one in the format of MaxMind DB (`.mmdb`) with countries or autonomous systems; it is read again without a restart.' },
  PP_DUMP_FAILED: { reason: 'DumpFailed', retryable: true, summary: 'A dump file could not be written.', action: 'Check the permissions and the free space of the dump folder; consuming continues.' },
  PP_RECORD_QUERY: { reason: 'RecordQuery', retryable: false, summary: 'A query for records has a condition that its kind does not know, or a cursor that no page returned.', action: 'Use the conditions that the message lists, and the cursor of the page before unchanged.' },
  PP_EDGES_UNREADABLE: { reason: 'EdgesUnreadable', retryable: false, summary: 'A file of routing tables is missing, cannot be read, or is no such file.', action: 'Name a crawl that has a file (edges-TIME_SCAN.parquet in the dump folder): scans with active.neighbours: true and strategy: Topology make one for each crawl.' },
  PP_EXPORT_FAILED: { reason: 'ExportFailed', retryable: true, summary: 'The file of an export could not be written.', action: 'Check the folder, its permissions and its free space; a file of that name is unchanged.' },
  PP_BACKUP_FAILED: { reason: 'BackupFailed', retryable: true, summary: 'A backup of the database could not be made; earlier backups are as they were.', action: 'Read the cause in the message: the database must be reachable, the program that dumps it must run, and the folder needs permissions and free space.' },
  PP_BACKUP_INVALID: { reason: 'BackupInvalid', retryable: false, summary: 'A file is not a whole backup of PeerProbe: it is cut off, was changed, or its manifest is missing.', action: 'Use another backup, or copy this one again, together with the file of the same name that ends with .json.' },
  PP_RESTORE_REFUSED: { reason: 'RestoreRefused', retryable: false, summary: 'A backup cannot be restored into this database: it is not empty, or is of another kind than the backup.', action: 'Restore into an empty database of the kind that the message names.' },
  PP_RESTORE_FAILED: { reason: 'RestoreFailed', retryable: false, summary: 'A restore did not complete, or the database has other numbers of rows than the backup.', action: 'Read the cause, drop the database, create it again, and restore again.' },
  PP_KUBE_UNAVAILABLE: { reason: 'KubeUnavailable', retryable: true, summary: 'The API server did not answer a request, or asked to come back later.', action: 'Nothing: the operator tries again. Check the API server when it lasts.' },
  PP_KUBE_FORBIDDEN: { reason: 'KubeForbidden', retryable: true, summary: 'The API server refuses the operator\'s identity or a request of it.', action: 'Install the roles of the chart that has the operator\'s version; the message names verb and resource.' },
  PP_KUBE_NOT_FOUND: { reason: 'KubeNotFound', retryable: true, summary: 'The API server has no such object or kind.', action: 'Read which object the message names, and create it.' },
  PP_KUBE_CONFLICT: { reason: 'KubeConflict', retryable: true, summary: 'Another client changed an object at the same time.', action: 'Nothing: the operator reads it again.' },
  PP_KUBE_INVALID: { reason: 'KubeInvalid', retryable: true, summary: 'The API server refuses an object (its schema, an immutable field, a quota or an admission policy).', action: 'Read the reason in the message: a quota must be raised, a policy met, or the PeerProbe corrected.' },
  PP_KUBE_GONE: { reason: 'KubeGone', retryable: true, summary: 'The API server no longer knows the resource version from which a watch should continue.', action: 'Nothing: the operator lists the objects again, then continues to watch.' },
  PP_LEADER_LOST: { reason: 'LeaderLost', retryable: true, summary: 'Another operator has the lease.', action: 'Nothing: this operator restarts and waits for the lease.' },
  PP_OPERATOR_NOT_READY: { reason: 'OperatorNotReady', retryable: true, summary: 'The operator does not answer at its Service that it is ready.', action: 'Look at the operator\'s pod (`kubectl describe`, `kubectl logs`), and whether network policies let the one that asks reach it.' },
  PP_STRIMZI_MISSING: { reason: 'StrimziMissing', retryable: true, summary: 'The cluster does not serve Strimzi\'s resources.', action: 'Install Strimzi, or give `spec.kafka.brokers`.' },
  PP_KAFKA_MISSING: { reason: 'KafkaMissing', retryable: true, summary: 'The Kafka resource does not exist or has no address for clients yet.', action: 'Create the Kafka resource, or correct `spec.kafka.strimzi`; the message names listener and address.' },
  PP_NAMESPACE_NOT_ALLOWED: { reason: 'NamespaceNotAllowed', retryable: true, summary: 'The Kafka of another namespace does not allow the PeerProbe\'s namespace.', action: 'Annotate the Kafka resource with `peerprobe.dev/allowed-namespaces: <namespace>`.' },
  PP_TOPIC_NOT_READY: { reason: 'TopicNotReady', retryable: true, summary: 'Strimzi has not created the topic as requested.', action: 'Read the topic operator\'s message, and change the KafkaTopic or the PeerProbe.' },
  PP_TOPIC_RECREATED: { reason: 'TopicRecreated', retryable: true, summary: 'The topic was deleted and recreated: messages that were not consumed are lost.', action: 'Find out who deleted it. The condition stays until the PeerProbe is annotated with `peerprobe.dev/topic-id` and the new id.' },
  PP_USER_NOT_READY: { reason: 'UserNotReady', retryable: true, summary: 'Strimzi has not created the Kafka user as requested.', action: 'Read the user operator\'s message.' },
  PP_FOREIGN_OBJECT: { reason: 'ForeignObject', retryable: true, summary: 'An object that the PeerProbe needs exists already and has another owner.', action: 'Give the PeerProbe another name for it, or remove the other object.' },
  PP_OWNERSHIP_CONFLICT: { reason: 'OwnershipConflict', retryable: true, summary: 'Another PeerProbe was verified first with the same topic, group or database, which this one would use in a way that contradicts it.', action: 'Change the field that the message names, or delete the other PeerProbe; where that is one of another namespace, the operator\'s log names it.' },
  PP_SECRET_MISSING: { reason: 'SecretMissing', retryable: true, summary: 'A Secret that the PeerProbe names does not exist or lacks a key.', action: 'Create the Secret with the key that the message names.' },
  PP_SECRET_NOT_ALLOWED: { reason: 'SecretNotAllowed', retryable: true, summary: 'A Secret that the PeerProbe names does not allow it to use it.', action: 'Have a user with the right to change the Secret run the command in the message, or use another Secret.' },
  PP_CLAIM_NOT_ALLOWED: { reason: 'ClaimNotAllowed', retryable: true, summary: 'A PersistentVolumeClaim that the PeerProbe names does not exist, or does not allow it to use it.', action: 'Create the claim, have a user with the right to change it run the command in the message, or use another claim.' },
  PP_POLICY_FORBIDS: { reason: 'PolicyForbids', retryable: false, summary: 'The PeerProbe asks for something that the cluster\'s owner does not allow in its namespace.', action: 'Remove the fields that the message names, or have the cluster\'s owner allow them by the chart value `policy`, as the message says; running workloads continue unchanged.' },
  PP_PREPARE_FAILED: { reason: 'PrepareFailed', retryable: true, summary: 'The Job that prepares database and topic failed.', action: 'Read its termination message, which the condition quotes.' },
  PP_POD_NOT_READY: { reason: 'PodNotReady', retryable: true, summary: 'A pod does not run as it should.', action: 'Read the pod\'s own reason in the message.' },
  PP_PEER_FAULT: { reason: 'PeerFault', retryable: false, summary: 'A remote peer broke a protocol or passed a limit.', action: 'Nothing: it ends that connection and becomes the outcome of the attempt.' },
  PP_VISITOR_BROKEN: { reason: 'VisitorBroken', retryable: false, summary: 'A visitor broke its contract: it threw, or outlived its time limit.', action: 'This is a fault of PeerProbe: report it with the log.' }
} as const satisfies Record<string, ErrorEntry>

/** The properties of an error code. */
export interface ErrorEntry {
  /** CamelCase form used as the `reason` of a Kubernetes condition. */
  reason: string

  /** Whether the same call can succeed later without a change of its input. */
  retryable: boolean

  /** One sentence: what happened. */
  summary: string

  /** One sentence: what to do. */
  action: string
}

/** A code from the table above. */
export type ErrorCode = keyof typeof ERRORS

/** Whether a text is a code from the table. */
export function isErrorCode (text: string | undefined): text is ErrorCode {
  return text !== undefined && Object.hasOwn(ERRORS, text)
}

/** Optional context for a {@link ProbeError}. */
export interface ProbeErrorOptions {
  /** The original error. Always pass it on: it has the relevant stack. */
  cause?: unknown

  /** Values that a reader of the log needs, never interpolated into the message. */
  details?: Record<string, unknown>
}

/** The only error class PeerProbe throws. Branch on `code`, never on `message`. */
export class ProbeError<Code extends ErrorCode = ErrorCode> extends Error {
  override readonly name = 'ProbeError'
  readonly code: Code
  readonly details: Readonly<Record<string, unknown>>

  constructor (code: Code, message: string, options: ProbeErrorOptions = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : {})
    this.code = code
    this.details = options.details ?? {}
  }

  get reason (): string {
    return ERRORS[this.code].reason
  }

  get retryable (): boolean {
    return ERRORS[this.code].retryable
  }
}

/** Narrows an unknown error to a {@link ProbeError}, optionally of one code. */
export function isProbeError<Code extends ErrorCode> (err: unknown, code?: Code): err is ProbeError<Code> {
  return err instanceof ProbeError && (code === undefined || err.code === code)
}

/** The text of anything that was thrown; never throws itself. */
export function errorText (err: unknown): string {
  // Where all addresses of a name fail, Node.js throws an AggregateError without a message.
  return err instanceof AggregateError && err.message === '' ? err.errors.map(String).join('; ') : err instanceof Error ? err.message : String(err)
}
