// Stands in for Strimzi's operators on a test's API server. It writes the same statuses to KafkaTopic, KafkaUser and
// Kafka as Strimzi (Topic: Ready=False; User: NotReady=True), and creates the users' Secrets. With a real Kafka it
// also creates and removes topics and users there.
import { randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import { defined } from '../../../core/defined.ts'
import { ALLOWED_NAMESPACES } from '../../../operator/reconcile/kafka/kafka-plan.ts'
import { heldBy } from '../../../operator/reconcile/observe/strimzi-status.ts'
import { isNotFound } from '../../../operator/runtime/kube-client.ts'
import type { KubeObject } from '../../../operator/runtime/kube-object.ts'
import type { ControlPlane } from '../servers/control-plane.ts'
import type { StrimziBroker, UserSecret, UserSpec } from './strimzi-broker.ts'

interface Condition { type: string, status: string, reason?: string, message?: string }

/** Failures that a test can inject. */
export interface Mischief {
  /** Ignores all objects. */
  ignoresTopics?: boolean

  /** Fails users with this message. */
  failsUsers?: string
}

const POLL_MS = 150
const MAX_FAILURES = 50
const CERTIFICATE = '-----BEGIN CERTIFICATE-----\ntest\n-----END CERTIFICATE-----'
const GOOD: Condition = { type: 'Ready', status: 'True' }
const SHRUNK: Condition = { type: 'Ready', status: 'False', reason: 'NotSupported', message: 'Decreasing partitions not supported' }

/** Strimzi's topic and user operator of one namespace. */
export class StandInStrimzi implements AsyncDisposable {
  mischief: Mischief = {}

  /** Ids of topics; a changed id means that the topic was recreated. */
  readonly topicIds = new Map<string, string>()

  readonly #plane: ControlPlane
  readonly #namespace: string
  readonly #broker: StrimziBroker | undefined
  readonly #stop = new AbortController()
  readonly #running: Promise<void>

  constructor (plane: ControlPlane, namespace: string, broker?: StrimziBroker) {
    this.#plane = plane
    this.#namespace = namespace
    this.#broker = broker
    this.#running = this.#run()
  }

  /** Starts in namespace `kafka`, with a Kafka `events` that PeerProbes of the given namespaces (separated by commas) may use. */
  static async open (plane: ControlPlane, allowed: string, broker?: StrimziBroker): Promise<StandInStrimzi> {
    await plane.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'kafka' } })
    const strimzi = new StandInStrimzi(plane, 'kafka', broker)
    await strimzi.kafka('events', { [ALLOWED_NAMESPACES]: allowed })

    return strimzi
  }

  /** A Kafka resource with a listener of each kind. */
  async kafka (name: string, annotations: Record<string, string> = {}): Promise<void> {
    const listeners = [{ name: 'plain', port: 9_092, type: 'internal', tls: false }, { name: 'tls', port: 9_093, type: 'internal', tls: true, authentication: { type: 'scram-sha-512' } }, { name: 'mtls', port: 9_094, type: 'internal', tls: true, authentication: { type: 'tls' } }] as const
    await this.#plane.apply({ apiVersion: 'kafka.strimzi.io/v1', kind: 'Kafka', metadata: { name, namespace: this.#namespace, annotations }, spec: { kafka: { listeners } } })
    await this.#status('kafka', name, {
      observedGeneration: 1,
      conditions: [{ type: 'Ready', status: 'True' }],
      listeners: listeners.map(({ name: listener, port, tls }) => ({
        name: listener,
        bootstrapServers: this.#broker?.address(listener) ?? `${name}-kafka-bootstrap.${this.#namespace}.svc:${String(port)}`,
        ...defined({ certificates: tls ? [this.#broker?.authority ?? CERTIFICATE] : undefined })
      }))
    })
  }

  async [Symbol.asyncDispose] (): Promise<void> {
    this.#stop.abort()
    await this.#running
  }

  // Like Strimzi, it retries while the API server is unreachable.
  async #run (): Promise<void> {
    for (let failures = 0; !this.#stop.signal.aborted;) {
      try {
        await this.#round()
        failures = 0
      } catch (err) {
        if (++failures === MAX_FAILURES) {
          throw err
        }
      }

      await delay(POLL_MS)
    }
  }

  async #round (): Promise<void> {
    const topics = await this.#look('kafkatopic', this.#topic.bind(this))
    const users = await this.#look('kafkauser', this.#user.bind(this))
    await this.#broker?.keep('topics', topics)
    await this.#broker?.keep('users', users)
  }

  // Resolves with their names, or undefined if they cannot be listed.
  async #look (kind: string, handle: (object: KubeObject) => Promise<void>): Promise<string[] | undefined> {
    // The kind may not be defined yet, and the API server may be unreachable.
    const list = await this.#plane.get<{ items: KubeObject[] }>(kind, '-n', this.#namespace).catch(() => undefined)

    if (list === undefined) {
      return undefined
    }

    const { items } = list

    for (const object of items) {
      const held = heldBy(object)
      await (held === undefined ? handle(object) : this.#hold(kind, object, held))
    }

    return items.map(({ metadata: { name } }) => name)
  }

  // A topic keeps the rest of its status, a user does not.
  async #hold (kind: string, object: KubeObject, held: string): Promise<void> {
    const before = kind === 'kafkatopic' ? object['status'] as object : {}
    await this.#settle(kind, object, { ...before, observedGeneration: object.metadata.generation, conditions: [{ type: held, status: 'True' }] })
  }

  async #topic (topic: KubeObject): Promise<void> {
    if (this.mischief.ignoresTopics === true || topic.metadata.labels?.['strimzi.io/cluster'] === undefined) {
      return
    }

    const { name, generation } = topic.metadata
    const { partitions = 1, config = {} } = topic['spec'] as { partitions?: number, config?: Record<string, unknown> }
    const { had, topicId: before } = madeOf(topic)
    const made = Math.max(had, partitions)
    const topicId = await this.#broker?.topic(name, { partitions: made, config }) ?? before
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

    const spec = user['spec'] as UserSpec
    const secret = await this.#secretOf(name, spec)
    await this.#broker?.user(name, secret, spec)
    const username = spec.authentication.type === 'tls' ? `CN=${name}` : name

    await this.#settle('kafkauser', user, { observedGeneration: generation, username, secret: name, conditions: [{ type: 'Ready', status: 'True' }] })
  }

  async #secretOf (name: string, spec: UserSpec): Promise<UserSecret> {
    const { data } = await this.#plane.get<{ data: UserSecret }>('secret', name, '-n', this.#namespace).catch((err: unknown) => unlessGone(err, { data: {} }))

    if ((spec.authentication.type === 'tls' ? 'user.key' : 'password') in data) {
      return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]))
    }

    const made = this.#broker?.secretFor(name, spec) ?? secretWithout(spec)
    await this.#plane.apply({ apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace: this.#namespace, labels: { 'strimzi.io/kind': 'KafkaUser' } }, stringData: made })

    return made
  }

  async #settle (kind: string, { metadata: { name }, status }: KubeObject, next: { conditions: Condition[] } & Record<string, unknown>): Promise<void> {
    if (!isDeepStrictEqual(status, next)) {
      await this.#status(kind, name, next)
    }
  }

  async #status (kind: string, name: string, status: object): Promise<void> {
    await this.#plane.mergeStatus(kind, { namespace: this.#namespace, name }, status).catch((err: unknown) => {
      unlessGone(err, undefined)
    })
  }
}

// The password of a user without a real Kafka: it is never used.
function secretWithout ({ authentication: { type } }: UserSpec): UserSecret {
  return type === 'tls' ? { 'user.crt': CERTIFICATE, 'user.key': 'test' } : { password: randomBytes(12).toString('hex') }
}

function unlessGone<T> (err: unknown, instead: T): T {
  if (isNotFound(err)) {
    return instead
  }

  throw err
}

// The created topic: partitions and id.
function madeOf ({ metadata: { uid = '' }, status }: KubeObject): { had: number, topicId: string } {
  const { partitions = 0, topicId = uid.slice(0, 22) } = (status ?? {}) as { partitions?: number, topicId?: string }

  return { had: partitions, topicId }
}
