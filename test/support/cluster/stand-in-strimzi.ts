// Stands in for Strimzi's operators on a test's API server: it gives KafkaTopic, KafkaUser and Kafka the statuses that
// Strimzi gives (Topic: Ready=False; User: NotReady=True), and makes users' Secrets.
import { randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import type { KubeObject } from '../../../operator/runtime/kube-object.ts'
import type { ControlPlane } from '../servers/control-plane.ts'

interface Condition { type: string, status: string, reason?: string, message?: string }

/** What a test makes go wrong. */
export interface Mischief {
  /** Picks nothing up. */
  ignoresTopics?: boolean

  /** Fails users with this message. */
  failsUsers?: string
}

const POLL_MS = 150
const GOOD: Condition = { type: 'Ready', status: 'True' }
const SHRUNK: Condition = { type: 'Ready', status: 'False', reason: 'NotSupported', message: 'Decreasing partitions not supported' }

/** Strimzi's topic and user operator of one namespace. */
export class StandInStrimzi implements AsyncDisposable {
  mischief: Mischief = {}

  /** Ids that a topic has; a changed one says that it was made anew. */
  readonly topicIds = new Map<string, string>()

  readonly #plane: ControlPlane
  readonly #namespace: string
  readonly #stop = new AbortController()
  readonly #running: Promise<void>

  constructor (plane: ControlPlane, namespace: string) {
    this.#plane = plane
    this.#namespace = namespace
    this.#running = this.#run()
  }

  /** A Kafka resource with a listener of each kind. */
  async kafka (name: string, annotations: Record<string, string> = {}): Promise<void> {
    const listeners = [{ name: 'plain', port: 9_092, type: 'internal', tls: false }, { name: 'tls', port: 9_093, type: 'internal', tls: true, authentication: { type: 'scram-sha-512' } }]
    await this.#plane.apply({ apiVersion: 'kafka.strimzi.io/v1', kind: 'Kafka', metadata: { name, namespace: this.#namespace, annotations }, spec: { kafka: { listeners } } })
    await this.#status('kafka', name, {
      observedGeneration: 1,
      conditions: [{ type: 'Ready', status: 'True' }],
      listeners: listeners.map(({ name: listener, port, tls }) => ({ name: listener, bootstrapServers: `${name}-kafka-bootstrap.${this.#namespace}.svc:${String(port)}`, ...tls ? { certificates: ['-----BEGIN CERTIFICATE-----\ntest\n-----END CERTIFICATE-----'] } : {} }))
    })
  }

  async [Symbol.asyncDispose] (): Promise<void> {
    this.#stop.abort()
    await this.#running
  }

  async #run (): Promise<void> {
    while (!this.#stop.signal.aborted) {
      await this.#look('kafkatopic', this.#topic.bind(this))
      await this.#look('kafkauser', this.#user.bind(this))
      await delay(POLL_MS)
    }
  }

  async #look (kind: string, handle: (object: KubeObject) => Promise<void>): Promise<void> {
    const { code, stdout } = await this.#plane.kubectl(['get', kind, '-n', this.#namespace, '-o', 'json'])

    for (const object of code === 0 ? (JSON.parse(stdout) as { items: KubeObject[] }).items : []) {
      await handle(object)
    }
  }

  async #topic (topic: KubeObject): Promise<void> {
    if (this.mischief.ignoresTopics === true || topic.metadata.labels?.['strimzi.io/cluster'] === undefined) {
      return
    }

    const { name, generation } = topic.metadata
    const { partitions = 1 } = topic['spec'] as { partitions?: number }
    const { had, topicId } = madeOf(topic)
    const made = Math.max(had, partitions)
    const conditions = [partitions < made ? SHRUNK : GOOD]
    await this.#settle('kafkatopic', topic, { observedGeneration: generation, topicName: name, topicId: this.topicIds.get(name) ?? topicId, partitions: made, conditions })
  }

  async #user (user: KubeObject): Promise<void> {
    const { name, generation } = user.metadata
    const { failsUsers } = this.mischief

    if (failsUsers !== undefined) {
      await this.#settle('kafkauser', user, { observedGeneration: generation, conditions: [{ type: 'NotReady', status: 'True', reason: 'InvalidResourceException', message: failsUsers }] })
      return
    }

    const { code } = await this.#plane.kubectl(['get', 'secret', '-n', this.#namespace, name])

    if (code !== 0) {
      await this.#plane.apply({ apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace: this.#namespace, labels: { 'strimzi.io/kind': 'KafkaUser' } }, stringData: { password: randomBytes(12).toString('hex') } })
    }

    await this.#settle('kafkauser', user, { observedGeneration: generation, username: name, secret: name, conditions: [{ type: 'Ready', status: 'True' }] })
  }

  async #settle (kind: string, { metadata: { name }, status }: KubeObject, next: { conditions: Condition[] } & Record<string, unknown>): Promise<void> {
    if (!isDeepStrictEqual(status, next)) {
      await this.#status(kind, name, next)
    }
  }

  async #status (kind: string, name: string, status: object): Promise<void> {
    await this.#plane.kubectl(['patch', kind, name, '-n', this.#namespace, '--subresource=status', '--type=merge', '-p', JSON.stringify({ status })])
  }
}

// What the topic was made with: partitions and id.
function madeOf ({ metadata: { uid = '' }, status }: KubeObject): { had: number, topicId: string } {
  const { partitions = 0, topicId = uid.slice(0, 22) } = (status ?? {}) as { partitions?: number, topicId?: string }

  return { had: partitions, topicId }
}
