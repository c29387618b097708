// The Kafka behind the stand-in for Strimzi: topics, SCRAM users and their ACLs are made in it by Kafka's own tools.
import { readFileSync } from 'node:fs'
import type { KafkaServer } from '../servers/kafka-server.ts'

/** What a KafkaUser asks for. */
export interface UserSpec { authorization: { acls: UserAcl[] } }

interface UserAcl { resource: { type: string, name: string, patternType: string }, operations: string[] }

const TOPIC_TOOL = 'org.apache.kafka.tools.TopicCommand'
const CONFIG_TOOL = 'kafka.admin.ConfigCommand'
const ACL_TOOL = 'org.apache.kafka.tools.AclCommand'

/** See the head of this file. What was made once as it is asked for is not made again. */
export class StrimziBroker {
  readonly #server: KafkaServer
  readonly #topics = new Map<string, { wanted: string, id: string }>()
  readonly #users = new Map<string, string>()

  /** @param server with security */
  constructor (server: KafkaServer) {
    this.#server = server
  }

  /** The listener with SCRAM over TLS, or the plain one. */
  address (tls: boolean): string {
    return tls ? `127.0.0.1:${String(this.#server.security?.scramPort)}` : this.#server.brokers[0]!
  }

  /** PEM of the authority that signed the broker's certificate. */
  get authority (): string {
    return readFileSync(this.#server.security?.caFile ?? '', 'utf8')
  }

  /** Makes a topic; resolves with Kafka's id of it. */
  async topic (name: string, { partitions, config }: { partitions: number, config: Record<string, unknown> }): Promise<string> {
    const wanted = JSON.stringify({ partitions, config })
    const made = this.#topics.get(name)

    if (made?.wanted === wanted) {
      return made.id
    }

    const settings = Object.entries(config).flatMap(([key, value]) => ['--config', `${key}=${String(value)}`])
    await this.#server.tool(TOPIC_TOOL, made === undefined
      ? ['--create', '--if-not-exists', '--topic', name, '--partitions', String(partitions), ...settings]
      : ['--alter', '--topic', name, '--partitions', String(partitions)])
    const id = /TopicId: (\S+)/.exec(await this.describe(name))?.[1] ?? ''
    this.#topics.set(name, { wanted, id })

    return id
  }

  /** What Kafka's own tool says of a topic, or of all. */
  async describe (name?: string): Promise<string> {
    return await this.#server.tool(TOPIC_TOOL, ['--describe', ...name === undefined ? [] : ['--topic', name]])
  }

  /** Makes a SCRAM user with just these rights. */
  async user (name: string, password: string, { authorization: { acls } }: UserSpec): Promise<void> {
    const wanted = JSON.stringify({ password, acls })

    if (this.#users.get(name) === wanted) {
      return
    }

    await this.#server.tool(CONFIG_TOOL, ['--alter', '--entity-type', 'users', '--entity-name', name, '--add-config', `SCRAM-SHA-512=[password=${password}]`])

    for (const { resource, operations } of acls) {
      await this.#server.tool(ACL_TOOL, [
        '--add',
        '--allow-principal',
        `User:${name}`,
        `--${resource.type}`,
        resource.name,
        '--resource-pattern-type',
        resource.patternType === 'prefix' ? 'prefixed' : resource.patternType,
        ...operations.flatMap(operation => ['--operation', operation])
      ])
    }

    this.#users.set(name, wanted)
  }

  /** Removes those that were made and whose resources are gone; `names` are those that are there. */
  async keep (what: 'topics' | 'users', names: readonly string[] | undefined): Promise<void> {
    const made = what === 'topics' ? this.#topics : this.#users

    for (const name of names === undefined ? [] : [...made.keys()].filter(known => !names.includes(known))) {
      made.delete(name)
      await (what === 'topics'
        ? this.#server.tool(TOPIC_TOOL, ['--delete', '--topic', name])
        : this.#server.tool(CONFIG_TOOL, ['--alter', '--entity-type', 'users', '--entity-name', name, '--delete-config', 'SCRAM-SHA-512']))
    }
  }
}
