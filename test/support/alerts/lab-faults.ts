// Faults in a lab of a chart, a PeerProbe `amino`, Kafka and MariaDB: each as it happens to people, and how it ends.
import assert from 'node:assert/strict'
import { setTimeout as delay } from 'node:timers/promises'
import { pino } from 'pino'
import { KafkaBus } from '../../../core/bus/kafka/kafka-bus.ts'
import { systemClock } from '../../../core/time/clock.ts'
import { Rival } from '../data-path/rival.ts'
import { messagesOf } from '../data-path/visit-stream.ts'
import { OPERATOR_NAMESPACE, PROBE_TOPIC } from '../monitoring/probed-cluster.ts'
import { serving } from '../network/peers.ts'
import type { ClusterRig } from '../cluster/cluster-rig.ts'
import type { NodePeer } from '../network/peers.ts'
import type { KafkaServer } from '../servers/kafka-server.ts'
import type { SqlServer } from '../servers/sql-server.ts'

/** Namespace of the PeerProbe, and name of its database. */
export const NAMESPACE = 'peerprobe'

/** What faults are done to. */
export interface LabParts { kafka: KafkaServer, sql: SqlServer, rig: ClusterRig, peer: NodePeer }

const MANIFEST = '/var/lib/peerprobe/dumps/manifest.json'
const FIRST_WAVE = 2_000
const SMALL_WAVE = 20
const LARGE_WAVE = 1_000
const MOST_VISITS = 300_000
const { signal } = new AbortController()

/** See the head of this file. */
export class LabFaults {
  readonly kafka: KafkaServer
  readonly sql: SqlServer
  readonly #parts: LabParts

  constructor (parts: LabParts) {
    this.kafka = parts.kafka
    this.sql = parts.sql
    this.#parts = parts
  }

  /** Runs a command of kubectl. @throws TypeError where it fails */
  async changes (...args: string[]): Promise<void> {
    const { code, stderr } = await this.#parts.rig.plane.kubectl(args)

    if (code !== 0) {
      throw new TypeError(`kubectl ${args.join(' ')}: ${stderr}`)
    }
  }

  /** How many pods of the operator there are. */
  async operators (): Promise<number> {
    return (await this.#parts.rig.plane.get<{ items: unknown[] }>('pods', '-n', OPERATOR_NAMESPACE)).items.length
  }

  /** Publishes messages that are no visits. */
  async publishPoison (count: number): Promise<void> {
    await using bus = await this.#bus()
    await bus.publish(PROBE_TOPIC, Array.from({ length: count }, (_, i) => ({ key: String(i), value: Buffer.from('no visit'), headers: {} })), signal)
  }

  /** Sets how large a message of a topic may be. */
  async limitMessages (bytes: number, topic = PROBE_TOPIC): Promise<void> {
    await this.kafka.tool('kafka.admin.ConfigCommand', ['--alter', '--entity-type', 'topics', '--entity-name', topic, '--add-config', `max.message.bytes=${String(bytes)}`])
  }

  /** Reads another topic in the consumers' group until it is disposed of. */
  async joinGroup (): Promise<AsyncDisposable> {
    const stack = new AsyncDisposableStack()
    const bus = stack.use(await this.#bus())
    await bus.ensureTopic({ name: 'other', partitions: 3, retentionMs: 3_600_000 }, signal)
    const readNothing = async (): Promise<void> => {
      await Promise.resolve()
    }
    stack.use(await bus.subscribe({ topic: 'other', group: 'ipfs-node-consumer', maxMessages: 100 }, readNothing, signal))

    return stack
  }

  async stopBootstrapPeer (): Promise<void> {
    await this.#parts.peer.node.stop()
  }

  /** Takes the lease away, again and again, in the name of an operator that does not exist. */
  holdLease (): { end: () => Promise<void> } {
    const stop = new AbortController()
    const holding = (async () => {
      while (!stop.signal.aborted) {
        const spec = { holderIdentity: 'somebody', leaseDurationSeconds: 60, renewTime: `${new Date().toISOString().slice(0, -1)}000Z` }
        await this.changes('patch', 'lease', 'peerprobe-operator', '-n', OPERATOR_NAMESPACE, '--type=merge', '-p', JSON.stringify({ spec }))
        await delay(1_000)
      }
    })()

    return { end: async () => {
      stop.abort()
      await holding
      await this.changes('delete', 'lease', 'peerprobe-operator', '-n', OPERATOR_NAMESPACE)
    } }
  }

  /**
   * Publishes visits as many crawlers would, until `isOver`: some thousands at once, and then more and more of them slowly.
   *
   * @throws TypeError after 300,000 of them
   */
  async publishVisits (isOver: () => Promise<boolean>, wave = SMALL_WAVE): Promise<void> {
    await using bus = await this.#bus()
    await bus.publish(PROBE_TOPIC, messagesOf(0, FIRST_WAVE), signal)

    for (let n = FIRST_WAVE; !await isOver(); n += wave) {
      if (n >= MOST_VISITS) {
        throw new TypeError(`${String(n)} visits were published, and what they are for did not happen`)
      }
      await bus.publish(PROBE_TOPIC, messagesOf(n, n + wave), signal)
      await delay(500)
    }
  }

  /** Has a second session lock the rows of peers that consumers write, in the opposite order, while visits of these peers are published; until `isOver`. */
  async lockRows (isOver: () => Promise<boolean>): Promise<void> {
    await using rival = await Rival.open(this.sql, NAMESPACE)
    const state = { isOver: false }
    const disturbing = rival.disturb(state)

    try {
      await this.publishVisits(isOver, LARGE_WAVE)
    } finally {
      state.isOver = true
      await disturbing
    }
  }

  /** Puts a folder in the place of the manifest of the dumps, so that none can be written; and takes it away again. */
  async blockDumps (isBlocked: boolean): Promise<void> {
    const script = `const { mkdirSync, rmSync } = require('node:fs'); rmSync('${MANIFEST}', { recursive: true, force: true }); ${isBlocked ? `mkdirSync('${MANIFEST}/x', { recursive: true })` : ''}`
    const { code, stderr } = await this.#parts.rig.node.exec(NAMESPACE, 'amino-consumer', ['node', '-e', script])
    assert.equal(code, 0, stderr)
  }

  /** Has the network move from one DHT protocol to another. */
  async move ({ from, to }: { from: string, to: string }): Promise<void> {
    const { node } = this.#parts.peer
    await node.unhandle(from)
    await node.handle(to, serving([]))
  }

  /** Has consumers pass messages whose dead letters are refused, as somebody may who wants them to go on. */
  async skipRefused (): Promise<void> {
    await this.changes('patch', 'peerprobe', 'amino', '-n', NAMESPACE, '--type=merge', '-p', JSON.stringify({ spec: { consumer: { deadLetters: { whenRefused: 'skip' } } } }))
  }

  async #bus (): Promise<KafkaBus> {
    return await KafkaBus.open({ log: pino({ level: 'silent' }), clock: systemClock }, { brokers: this.kafka.brokers, clientId: 'test' }, signal)
  }
}
