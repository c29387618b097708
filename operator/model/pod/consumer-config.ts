import { neighboursGroupOf } from '../../../core/contracts/edges/neighbours.ts'
import { defined } from '../../../core/defined.ts'
import { toMilliseconds } from '../../../core/time/duration.ts'
import { asksForNeighbours } from '../kafka/topics.ts'
import { deadLetterTopicOf, neighboursTopicOf } from '../naming/names.ts'
import type { BusConfig, ConsumerConfigInput, StoreConfig } from '../../../core/contracts/process-config.ts'
import type { PeerProbeSpec } from '../../api/v1alpha1.ts'

/** What differs between a cluster and one machine. */
export interface ConsumerPlaces {
  bus: BusConfig
  store: StoreConfig

  /** The topic to consume. */
  topic: string

  /** Consumer group. */
  group: string

  /** Address and port of the admin server. */
  admin: { hostVariable?: string, port: number }

  /** Folder of the dump files, if the spec asks for dumps. */
  dumpFolder: string

  /** Time between two removals of old rows by the process itself, in milliseconds; absent when a CronJob removes them. */
  retentionIntervalMs?: number

  /** Time between two derivations of sessions by the process itself, in milliseconds; absent when a CronJob derives them. */
  sessionsIntervalMs?: number
}

/** The configuration of the consumers of one PeerProbe. */
export function consumerConfigFor (spec: PeerProbeSpec, places: ConsumerPlaces): ConsumerConfigInput {
  const { consumer: { batch, retry, deadLetters, coalesceWindow }, retention, sessions } = spec
  const { bus, store, topic, group, admin, retentionIntervalMs, sessionsIntervalMs } = places

  return {
    admin,
    bus,
    topic,
    deadLetterTopic: deadLetterTopicOf(topic),
    group,
    store,
    batch: { maxMessages: batch.maxMessages, maxWaitMs: toMilliseconds(batch.maxWait) },
    retry: { attempts: retry.attempts, backoffMs: toMilliseconds(retry.backoff) },
    // Written only when it is not the default: a different rendering would restart every pod at an upgrade of the operator.
    ...defined({ deadLetters: deadLetters.whenRefused === 'skip' ? { whenRefused: 'skip' } : undefined }),
    coalesceWindowMs: toMilliseconds(coalesceWindow),
    ...dumpFor(spec, places),
    ...defined({
      retention: retentionIntervalMs === undefined ? undefined : { afterMs: toMilliseconds(retention.after), intervalMs: retentionIntervalMs },
      sessions: sessionsIntervalMs === undefined || !sessions.enabled ? undefined : { keepMs: toMilliseconds(sessions.keep), intervalMs: sessionsIntervalMs }
    })
  }
}

function dumpFor ({ consumer: { dump }, scans }: PeerProbeSpec, { dumpFolder, topic, group }: ConsumerPlaces): Pick<ConsumerConfigInput, 'dump'> {
  if (!dump.enabled) {
    return {}
  }

  return {
    dump: {
      folder: dumpFolder,
      // Written only when it is not the default, as `deadLetters`.
      ...defined({ contents: dump.contents.join() === 'nodes' ? undefined : dump.contents }),
      format: dump.format,
      intervalMs: toMilliseconds(dump.interval),
      full: dump.full,
      keepMs: toMilliseconds(dump.keep),
      ...defined({ edges: asksForNeighbours({ scans }) ? { topic: neighboursTopicOf(topic), group: neighboursGroupOf(group) } : undefined })
    }
  }
}
