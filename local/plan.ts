import { join, resolve } from 'node:path'
import { defined } from '../core/defined.ts'
import { KafkaSpec } from '../operator/api/kafka-spec.ts'
import { topicsFor } from '../operator/model/kafka/topics.ts'
import { consumerName, crawlerName } from '../operator/model/naming/names.ts'
import { consumerConfigFor } from '../operator/model/pod/consumer-config.ts'
import { crawlerConfigFor } from '../operator/model/pod/crawler-config.ts'
import { backupPlanFor } from './backup/backup-plan.ts'
import type { TopicSpec } from '../core/bus/port/event-bus.ts'
import type { ConsumerConfigInput, CrawlerConfigInput } from '../core/contracts/process-config.ts'
import type { PeerProbe } from '../operator/api/v1alpha1.ts'
import type { Backends } from './backends.ts'
import type { BackupPlan } from './backup/backup-plan.ts'
import type { DataFolder } from './files/data-folder.ts'
import type { LocalOptions } from './options.ts'

/** A process to run, and the configuration that it reads. */
export type ChildPlan = { name: string } & (
  { kind: 'crawler', config: CrawlerConfigInput }
  | { kind: 'consumer', config: ConsumerConfigInput }
)

/** What one machine runs for a PeerProbe. */
export interface LocalPlan {
  backends: Backends

  /** Topics that must exist before any child starts. */
  topics: TopicSpec[]

  /** Consumers first: a new version of the messages needs consumers that understand it. */
  children: ChildPlan[]

  /** The process that makes backups, if the manifest asks for them. */
  backup?: BackupPlan
}

const DAY_MS = 24 * 60 * 60 * 1_000
const HOUR_MS = 3_600_000

// Any free port: several runs share a machine. Each child reports its port to its parent.
const ADMIN = { port: 0 }

// The same default as in a cluster, where the API server fills it in.
const DEFAULT_GROUP = KafkaSpec.shape.consumerGroup.parse(undefined)

/** What to run for a PeerProbe on this machine: the operator's plan, with processes instead of pods. */
export function planFor (probe: PeerProbe, backends: Backends, { dumpFolder, stateFolder, backupFolder }: Pick<DataFolder, 'dumpFolder' | 'stateFolder' | 'backupFolder'>, { listen, minFreeBytes, backupsDir, placesDir }: Pick<LocalOptions, 'listen' | 'minFreeBytes' | 'backupsDir' | 'placesDir'>): LocalPlan {
  const { messages, deadLetters, neighbours } = topicsFor(probe.spec)
  const { bus } = backends
  // A value in bytes applies regardless of the size of the disk.
  const disk = minFreeBytes === undefined ? {} : { disk: { minFreeBytes, minFreeShare: 1 } }

  return {
    backends,
    topics: [messages, deadLetters, ...neighbours === undefined ? [] : [neighbours]],
    children: [
      ...consumersOf(probe, { backends, topic: messages.name, dumpFolder }).map((child): ChildPlan => child.kind === 'consumer' ? { ...child, config: { ...child.config, ...disk } } : child),
      ...probe.spec.scans.map((scan): ChildPlan => ({
        kind: 'crawler',
        name: crawlerName(probe.metadata, scan.name),
        config: { ...crawlerConfigFor(probe.metadata, scan, {
          bus,
          topic: messages.name,
          admin: ADMIN,
          stateFolder: join(stateFolder, scan.name),
          passive: { host: listen },
          ...defined({ placesFolder: placesDir })
        }), ...disk }
      }))
    ],
    ...defined({ backup: backupPlanFor(probe, { store: backends.store, folder: resolve(backupsDir ?? backupFolder), admin: ADMIN }) })
  }
}

interface ConsumerSetting { backends: Backends, topic: string, dumpFolder: string }

// The first consumer removes old rows and derives sessions: in a cluster CronJobs do that.
function consumersOf ({ metadata, spec }: PeerProbe, { backends, topic, dumpFolder }: ConsumerSetting): ChildPlan[] {
  return Array.from({ length: spec.consumer.replicas }, (_, i) => ({
    kind: 'consumer',
    name: spec.consumer.replicas === 1 ? consumerName(metadata) : `${consumerName(metadata)}-${String(i + 1)}`,
    config: consumerConfigFor(spec, {
      ...backends,
      topic,
      group: spec.kafka?.consumerGroup ?? DEFAULT_GROUP,
      admin: ADMIN,
      dumpFolder,
      ...defined({ retentionIntervalMs: i === 0 ? DAY_MS : undefined, sessionsIntervalMs: i === 0 ? HOUR_MS : undefined })
    })
  }))
}
