// A predecessor's configuration as a PeerProbe and a Secret. The password is in the Secret alone.
import { defined } from '../../core/defined.ts'
import { problemsError, problemsOf } from '../../core/process/config.ts'
import { hostPort } from '../../core/text/host-port.ts'
import { API_VERSION, KIND, PeerProbe } from '../../operator/api/v1alpha1.ts'
import type { PredecessorConfig } from './predecessor-config.ts'

/** Choices that the predecessor's file cannot make. */
export interface ConvertOptions {
  /** Name of the PeerProbe. */
  name: string

  /** Network to crawl: name of a preset. */
  network: string

  /** Whether the predecessor keeps running: the PeerProbe gets a topic, a group and a database of its own. */
  sideBySide: boolean
}

/** The result of a conversion. */
export interface Conversion {
  probe: { apiVersion: string, kind: string, metadata: { name: string }, spec: object }

  /** Absent if the file has no password. */
  secret?: object

  /** What the reader has to know: what was not carried over or was chosen, each with its field. */
  notes: string[]
}

const KAFKA_PORT = 9_092

// Idle connections where a PeerProbe says nothing.
const DEFAULT_IDLE = 5
const TOPIC_PATTERN = /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/
const USE_LABEL = { 'peerprobe.dev/use': 'true' }

// What the predecessor used where its file is silent.
const DEFAULTS = { topic: 'ipfs-nodes', group: 'ipfs-node-consumer' } as const

/** Converts a configuration. @throws ProbeError `PP_SPEC_INVALID` when a value cannot stand in a PeerProbe, with its field there */
export function convertedManifest (config: PredecessorConfig, options: ConvertOptions): Conversion {
  const { name, network } = options
  const notes = [...config.guesses]
  const probe = {
    apiVersion: API_VERSION,
    kind: KIND,
    metadata: { name },
    spec: {
      scans: [{ name: 'main', network: { preset: network } }],
      ...defined({
        kafka: kafkaOf(config.kafka, options, notes),
        mysql: mysqlOf(config.database, options, notes),
        consumer: consumerOf(config.exportPeers, options, notes)
      })
    }
  }
  const checked = PeerProbe.safeParse(probe)

  if (!checked.success) {
    throw problemsError(checked.error.issues.flatMap(problemsOf), { code: 'PP_SPEC_INVALID', what: 'the converted PeerProbe' })
  }
  if (config.unused.length > 0) {
    notes.push(`not used here: ${config.unused.join(', ')}`)
  }

  return { probe, notes, ...defined({ secret: secretOf(config.database, options, notes) }) }
}

function kafkaOf ({ brokers = [], topic, consumerGroup, clientId }: PredecessorConfig['kafka'], { sideBySide }: ConvertOptions, notes: string[]): object | undefined {
  if (brokers.length === 0) {
    notes.push('Kafka.Brokers: there are none; a cluster needs spec.kafka, one machine uses its embedded log')
    return undefined
  }

  const suffix = sideBySide ? '-peerprobe' : ''
  const own = `${topic ?? DEFAULTS.topic}${suffix}`

  if (sideBySide) {
    notes.push(`Kafka.Topic, Kafka.ConsumerGroup: ${suffix} is appended, so that neither program reads the messages of the other`)
  }
  if (!TOPIC_PATTERN.test(own)) {
    notes.push(`Kafka.Topic: ${JSON.stringify(own)} cannot be the name of a PeerProbe's topic (a-z, 0-9, - and .); ${DEFAULTS.topic}${suffix} is used`)
  }

  return {
    brokers: brokers.map(broker => withPort(broker, notes)),
    topic: { name: TOPIC_PATTERN.test(own) ? own : `${DEFAULTS.topic}${suffix}` },
    consumerGroup: `${consumerGroup ?? DEFAULTS.group}${suffix}`,
    ...defined({ clientId: nonEmpty(clientId) })
  }
}

function mysqlOf (config: PredecessorConfig['database'], { name, sideBySide }: ConvertOptions, notes: string[]): object | undefined {
  const [host, database] = [nonEmpty(config.host), nonEmpty(config.database)]

  if (host === undefined || database === undefined) {
    notes.push('Database.Host, Database.Database: one is missing; a cluster needs spec.mysql, one machine uses its embedded database')
    return undefined
  }
  if (sideBySide) {
    notes.push('Database.Database: _peerprobe is appended, so that the tables of the predecessor stay its own; create that database')
  }

  const [, bare = host, itsPort] = /^([^:]+):(\d+)$/.exec(host) ?? []

  return {
    host: bare,
    database: `${database}${sideBySide ? '_peerprobe' : ''}`,
    credentialsSecret: { name: secretName(name) },
    ...defined({ port: config.port ?? (itsPort === undefined ? undefined : Number(itsPort)) }),
    ...connectionLimits(config)
  }
}

// Go's database/sql takes 0 open connections as no limit, and keeps no more idle connections than open ones.
function connectionLimits ({ maxOpenConns, maxIdleConns }: PredecessorConfig['database']): object {
  const open = maxOpenConns === 0 ? undefined : maxOpenConns
  const most = open ?? Infinity
  const idle = maxIdleConns ?? (most < DEFAULT_IDLE ? most : undefined)

  return defined({ maxOpenConns: open, maxIdleConns: idle === undefined ? undefined : Math.min(idle, most) })
}

function consumerOf ({ enabled = false, dumpFile, dumpIntervalMs }: PredecessorConfig['exportPeers'], { name }: ConvertOptions, notes: string[]): object | undefined {
  if (!enabled) {
    return undefined
  }

  const claim = `${name}-dumps`
  const field = `Discovery.ExportPeers.DumpFile${dumpFile === undefined ? '' : ` (${dumpFile})`}`
  notes.push(`${field}: each dump is a file of its own, in the volume of the PersistentVolumeClaim ${claim}; create it, with label peerprobe.dev/use: "true"`)

  return { dump: { enabled, full: true, volume: { claim }, ...defined({ interval: dumpIntervalMs === undefined ? undefined : durationText(dumpIntervalMs) }) } }
}

function secretOf ({ user, password, host }: PredecessorConfig['database'], { name }: ConvertOptions, notes: string[]): object | undefined {
  if (nonEmpty(password) === undefined || nonEmpty(user) === undefined) {
    if (nonEmpty(host) !== undefined) {
      const wanted = `the Secret ${secretName(name)} with the keys username and password, and label peerprobe.dev/use: "true"`
      notes.push(`Database.User, Database.Password: one is missing; create ${wanted}`)
    }

    return undefined
  }

  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: secretName(name), labels: USE_LABEL },
    stringData: { username: user, password }
  }
}

function secretName (name: string): string {
  return `${name}-database`
}

function withPort (broker: string, notes: string[]): string {
  if (/:\d+$/.test(broker)) {
    return broker
  }

  notes.push(`Kafka.Brokers: ${JSON.stringify(broker)} has no port; ${String(KAFKA_PORT)} is used`)

  return hostPort(broker, KAFKA_PORT)
}

// The resource's durations have one unit.
function durationText (ms: number): string {
  const whole = Math.max(1, Math.round(ms))

  return whole % 1_000 === 0 ? `${String(whole / 1_000)}s` : `${String(whole)}ms`
}

function nonEmpty (text: string | undefined): string | undefined {
  return text === undefined || text === '' ? undefined : text
}
