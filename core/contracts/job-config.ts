import { z } from 'zod'
import { BusConfig, StoreConfig } from './process-config.ts'

const Path = z.string().min(1).max(4_096)

const TopicPlan = z.strictObject({
  name: z.string().min(1).max(249).describe('Name of the topic.'),
  partitions: z.int().min(1).max(1_024).describe('Partitions that it must have.'),
  replicas: z.int().min(1).max(32).optional().describe('Copies of each partition when it is made; the brokers\' default when absent.'),
  retentionMs: z.int().min(0).describe('How long messages are kept, when it is made.'),
  group: z.string().min(1).max(300).describe('Group that reads it: the job asks for its positions, to learn whether readers may.')
}).describe('A topic.')

/** Configuration of the job that prepares database and topics before any other process starts. */
export const PrepareConfig = z.strictObject({
  bus: BusConfig,
  store: StoreConfig,
  topics: z.array(TopicPlan).min(1).max(8).describe('Topics that must be there.'),
  createTopics: z.boolean().describe('Whether to make topics that are missing; somebody else does otherwise.'),
  terminationLog: Path.optional().describe('File for the last words of a job that fails.')
}).describe('Configuration of the prepare job.')

/** {@inheritDoc PrepareConfig} */
export type PrepareConfig = z.output<typeof PrepareConfig>

/** The same as it is written. */
export type PrepareConfigInput = z.input<typeof PrepareConfig>

/** Configuration of the job that removes what is too old. */
export const RetentionConfig = z.strictObject({
  store: StoreConfig,
  afterMs: z.int().min(0).describe('Nodes and visits older than this are removed.'),
  terminationLog: Path.optional().describe('File for the last words of a job that fails.')
}).describe('Configuration of the retention job.')

/** {@inheritDoc RetentionConfig} */
export type RetentionConfig = z.output<typeof RetentionConfig>

/** The same as it is written. */
export type RetentionConfigInput = z.input<typeof RetentionConfig>
