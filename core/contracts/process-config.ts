import { z } from 'zod'
import { LOG_LEVELS } from '../process/logger.ts'
import { bareHost } from '../text/host-port.ts'
import { DumpContents } from './dump-content.ts'
import { KafkaConfig } from './kafka/kafka-config.ts'
import { Scan } from './scan.ts'
import { ScanId } from './visit.ts'

const Port = z.int().min(0).max(65_535)
const Path = z.string().min(1).max(4_096)
const TopicName = z.string().min(1).max(249).regex(/^[a-zA-Z0-9._-]+$/, 'must be a Kafka topic name')
const Milliseconds = z.int().min(0).max(2_147_483_647)

/** The message bus: exactly one kind must be given. */
export const BusConfig = z.strictObject({
  embedded: z.strictObject({
    path: Path.describe('File of the embedded log (SQLite); several processes of one machine share it.'),
    maxBytes: z.int().min(1_048_576).optional().describe('Maximum size of one topic, compressed, in bytes (1 GiB when absent): while its consumers are that far behind, publishing waits for them. Committed messages are removed after ten minutes.')
  }).optional().describe('A log in a file, for one machine.'),
  kafka: KafkaConfig.optional()
}).refine(bus => Object.values(bus).filter(kind => kind !== undefined).length === 1, 'must have exactly one of embedded and kafka').describe('The message bus.')

/** {@inheritDoc BusConfig} */
export type BusConfig = z.output<typeof BusConfig>

/** A MySQL or MariaDB database. */
export const MysqlConfig = z.strictObject({
  host: z.string().min(1).max(253).overwrite(bareHost).describe('Host name or IP address of the server; an IPv6 address with or without brackets.'),
  port: z.int().min(1).max(65_535).default(3_306).describe('Port of the server.'),
  database: z.string().min(1).max(64).describe('Name of the database; it must exist, the tables are created.'),
  username: z.string().min(1).max(128).optional().describe('User that connects.'),
  usernameFile: Path.optional().describe('File with the user name, instead of `username`; it is read again for each connection.'),
  passwordFile: Path.describe('File with the password; it is read again for each connection.'),
  tls: z.strictObject({
    caFile: Path.optional().describe('Certificate authorities in PEM that may have signed the server\'s certificate; those of Node.js when absent.')
  }).optional().describe('Encrypts connections and checks the server\'s certificate and name; plain text when absent.'),
  allowPublicKeyRetrieval: z.boolean().optional().describe('Whether to encrypt the password with a key that the server sends, where TLS is absent; then an attacker in the server\'s place can read the password.'),
  maxOpenConns: z.int().min(1).max(1_000).default(10).describe('Maximum number of connections.'),
  maxIdleConns: z.int().min(0).max(1_000).default(5).describe('Maximum number of idle connections.')
}).refine(({ username, usernameFile }) => (username === undefined) !== (usernameFile === undefined), { path: ['username'], error: 'give exactly one of username and usernameFile' })
  .describe('A MySQL or MariaDB database.')

/** {@inheritDoc MysqlConfig} */
export type MysqlConfig = z.output<typeof MysqlConfig>

/** The database: exactly one kind must be given. */
export const StoreConfig = z.strictObject({
  sqlite: z.strictObject({ path: Path.describe('File of the database.') }).optional().describe('A SQLite database in a file, for one machine.'),
  mysql: MysqlConfig.optional()
}).refine(store => Object.values(store).filter(kind => kind !== undefined).length === 1, 'must have exactly one of sqlite and mysql').describe('The database.')

/** {@inheritDoc StoreConfig} */
export type StoreConfig = z.output<typeof StoreConfig>

const Disk = z.strictObject({
  minFreeBytes: z.int().min(0).default(536_870_912).describe('Free space that a disk must have, in bytes, or `minFreeShare`, whichever is less. Below it crawls that publish to a log there wait, and no dump is written; below a quarter of it nothing is stored there.'),
  minFreeShare: z.number().min(0).max(1).default(0.05).describe('The same as a share of the whole disk.')
}).prefault({}).describe('When disks of this process count as nearly full.')

const ProcessConfig = z.strictObject({
  admin: z.strictObject({
    host: z.string().max(255).default('127.0.0.1').describe('Address that the admin server listens on; `::` is all, IPv4 and IPv6; several IP addresses are separated by commas.'),
    hostVariable: z.string().regex(/^[A-Z][A-Z0-9_]*$/).max(64).optional().describe('Environment variable with the addresses, instead of `host`, such as those of a pod.'),
    port: Port.default(9_090).describe('Port of /livez, /readyz, /metrics and /status; 0 takes any free one.')
  }).prefault({}).describe('The admin server.'),
  logLevel: z.enum(LOG_LEVELS).default('info').describe('Least severe level that is logged.'),
  disk: Disk,
  stopTimeoutMs: Milliseconds.default(25_000).describe('Time limit of a stop, in which the process drains and flushes.'),
  terminationLog: Path.optional().describe('File for the termination message of a failed process.')
})

/**
 * Configuration of one crawler process. The operator renders it into a ConfigMap, the local runner into a file.
 */
export const CrawlerConfig = z.strictObject({
  ...ProcessConfig.shape,
  scanId: ScanId.describe('The scan\'s identity in messages: namespace/probe/scan.'),
  scan: Scan,
  bus: BusConfig,
  topic: TopicName.describe('Topic that visits and crawls are published to.'),
  neighboursTopic: TopicName.optional().describe('Topic that routing tables are published to, if the scan asks for them (`active.neighbours`).'),
  stateFolder: Path.optional().describe('Folder for data that outlives a restart: the known peers (`known-peers.ndjson`) and the passive node\'s key (`identity.key`); nothing is kept when absent.'),
  placesFolder: Path.optional().describe('Folder with files that say where IP addresses are, in the format of MaxMind DB (`*.mmdb`); files are replaced without a restart. Visits have no place when absent.'),
  crawlNowFile: Path.optional().describe('File in which a crawl out of turn is asked for (`crawl-now.json`); it is read every few seconds, and need not exist.'),
  passive: z.strictObject({
    host: z.string().max(45).default('::').describe('IP address that the passive node listens on; `::` is all, IPv4 and IPv6.'),
    identityFile: Path.optional().describe('File with the passive node\'s private key, in place of the one in `stateFolder`.'),
    maxConnections: z.int().min(1).max(100_000).default(800).describe('Maximum number of connections to the passive node; each takes about half a megabyte.')
  }).prefault({}).describe('How the passive node runs here.')
}).describe('Configuration of a crawler process.')

/** {@inheritDoc CrawlerConfig} */
export type CrawlerConfig = z.output<typeof CrawlerConfig>

/** A crawler configuration before defaults are filled in. */
export type CrawlerConfigInput = z.input<typeof CrawlerConfig>

/** Configuration of one consumer process. */
export const ConsumerConfig = z.strictObject({
  ...ProcessConfig.shape,
  bus: BusConfig,
  topic: TopicName.describe('Topic that is consumed.'),
  deadLetterTopic: TopicName.describe('Topic for messages that cannot be stored.'),
  group: z.string().min(1).max(255).describe('Consumer group.'),
  store: StoreConfig,
  batch: z.strictObject({
    maxMessages: z.int().min(1).max(5_000).default(500).describe('Maximum number of messages in one transaction.'),
    maxWaitMs: Milliseconds.default(100).describe('How long a batch may wait to fill.')
  }).prefault({}).describe('How messages are grouped into transactions.'),
  retry: z.strictObject({
    attempts: z.int().min(0).max(20).default(3).describe('Retries of a transaction after a deadlock or a lock timeout.'),
    backoffMs: Milliseconds.default(500).describe('Wait before the first retry; the second waits twice, the third three times as long.')
  }).prefault({}).describe('Retries of a transaction.'),
  deadLetters: z.strictObject({
    whenRefused: z.enum(['wait', 'skip']).default('wait').describe('What to do with a message that cannot be stored while its dead letter is refused as well (its topic is missing, forbidden, full, or has too low a size limit even without value, key and headers): `wait` until it is accepted, or `skip` it after about a minute with a line in the log.')
  }).prefault({}).describe('Messages that cannot be stored.'),
  coalesceWindowMs: Milliseconds.default(600_000).describe('A smaller change of an address\'s last_seen is not written; 0 writes every change.'),
  dump: z.strictObject({
    folder: Path.describe('Folder of the dump files.'),
    contents: DumpContents.default(['nodes']).describe('What is dumped, each in a file of its own.'),
    format: z.enum(['NDJSON', 'CSV', 'Parquet']).default('NDJSON').describe('Format of the dump files: NDJSON and CSV are compressed by zstd, Parquet compresses itself. The first dump of a content in a format is a full one.'),
    intervalMs: Milliseconds.default(120_000).describe('Time between two dumps.'),
    full: z.boolean().default(false).describe('Whether each dump contains all records instead of those written since the last dump of its content and format. Dumps of sessions always contain all.'),
    keepMs: z.int().min(0).default(604_800_000).describe('Dump files older than this are removed, except the newest of each content.'),
    edges: z.strictObject({
      topic: TopicName.describe('Topic of the routing tables.'),
      group: z.string().min(1).max(300).describe('Consumer group that reads it.')
    }).optional().describe('Files of routing tables, one for each crawl that reads them; none when absent.')
  }).optional().describe('Dump files; none when absent.'),
  retention: z.strictObject({
    afterMs: z.int().min(0).default(2_592_000_000).describe('Nodes and visits older than this are removed.'),
    intervalMs: Milliseconds.default(86_400_000).describe('Time between two removals.')
  }).optional().describe('Removal inside this process; in a cluster a CronJob does it.'),
  sessions: z.strictObject({
    keepMs: z.int().min(0).default(31_536_000_000).describe('Sessions whose last contact is older are removed.'),
    intervalMs: Milliseconds.default(3_600_000).describe('Time between two derivations.')
  }).optional().describe('Derivation of sessions inside this process; in a cluster a CronJob does it.')
}).describe('Configuration of a consumer process.')

/** {@inheritDoc ConsumerConfig} */
export type ConsumerConfig = z.output<typeof ConsumerConfig>

/** A consumer configuration before defaults are filled in. */
export type ConsumerConfigInput = z.input<typeof ConsumerConfig>

/** Configuration of the process that backs up the database of one machine; in a cluster a CronJob does it. */
export const DailyBackupConfig = z.strictObject({
  ...ProcessConfig.shape,
  store: StoreConfig,
  folder: Path.describe('Folder of the backups.'),
  schedule: z.string().min(1).max(100).describe('When to back up (cron, UTC).'),
  keepMs: z.int().min(0).describe('Backups older than this are removed, except the newest.')
}).describe('Configuration of the backup process of one machine.')

/** {@inheritDoc DailyBackupConfig} */
export type DailyBackupConfig = z.output<typeof DailyBackupConfig>

/** A backup configuration before defaults are filled in. */
export type DailyBackupConfigInput = z.input<typeof DailyBackupConfig>
