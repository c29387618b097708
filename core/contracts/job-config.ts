import { z } from 'zod'
import { BusConfig, MysqlConfig, StoreConfig } from './process-config.ts'

const Path = z.string().min(1).max(4_096)

const TopicPlan = z.strictObject({
  name: z.string().min(1).max(249).describe('Name of the topic.'),
  partitions: z.int().min(1).max(1_024).describe('Partitions that it must have.'),
  replicas: z.int().min(1).max(32).optional().describe('Replicas of each partition of a new topic; the brokers\' default when absent.'),
  retentionMs: z.int().min(0).describe('How long a new topic keeps messages.'),
  group: z.string().min(1).max(300).describe('Group that reads it: the job reads its offsets, to check that the consumers may.')
}).describe('A topic.')

/** Configuration of the job that prepares database and topics before any other process starts. */
export const PrepareConfig = z.strictObject({
  bus: BusConfig,
  store: StoreConfig,
  topics: z.array(TopicPlan).min(1).max(8).describe('Topics that must exist.'),
  createTopics: z.boolean().describe('Whether to create missing topics; otherwise another party does.'),
  terminationLog: Path.optional().describe('File for the termination message of a failed job.')
}).describe('Configuration of the prepare job.')

/** {@inheritDoc PrepareConfig} */
export type PrepareConfig = z.output<typeof PrepareConfig>

/** The same before defaults are filled in. */
export type PrepareConfigInput = z.input<typeof PrepareConfig>

/** Configuration of the job that removes old rows. */
export const RetentionConfig = z.strictObject({
  store: StoreConfig,
  afterMs: z.int().min(0).describe('Nodes and visits older than this are removed.'),
  terminationLog: Path.optional().describe('File for the termination message of a failed job.')
}).describe('Configuration of the retention job.')

/** {@inheritDoc RetentionConfig} */
export type RetentionConfig = z.output<typeof RetentionConfig>

/** The same before defaults are filled in. */
export type RetentionConfigInput = z.input<typeof RetentionConfig>

/** Variable of a backup's containers with the name of their Job. */
export const BACKUP_JOB_VARIABLE = 'BACKUP_JOB'

/** Name of the option file of the dump program in the folder that a backup's steps share. */
export const BACKUP_OPTION_FILE = 'dump.cnf'

/** Configuration of the job that backs the database up: of its first and of its last step. */
export const BackupJobConfig = z.strictObject({
  mysql: MysqlConfig,
  folder: Path.describe('Folder of the backups.'),
  workFolder: Path.describe('Folder in memory that the steps share.'),
  keepMs: z.int().min(0).describe('Backups older than this are removed, except the newest.'),
  terminationLog: Path.optional().describe('File for the termination message of a failed job.')
}).describe('Configuration of the backup job.')

/** {@inheritDoc BackupJobConfig} */
export type BackupJobConfig = z.output<typeof BackupJobConfig>

/** Configuration of the job that derives sessions from visits and crawls. */
export const SessionsConfig = z.strictObject({
  store: StoreConfig,
  keepMs: z.int().min(0).describe('Sessions whose last contact is older are removed.'),
  terminationLog: Path.optional().describe('File for the termination message of a failed job.')
}).describe('Configuration of the job that derives sessions.')

/** {@inheritDoc SessionsConfig} */
export type SessionsConfig = z.output<typeof SessionsConfig>
