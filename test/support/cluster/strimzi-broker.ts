// The Kafka behind the stand-in for Strimzi: topics, users of both kinds and their ACLs are created in it with Kafka's own tools.
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { KafkaServer } from '../servers/kafka-server.ts'

/** The request of a KafkaUser. */
export interface UserSpec { authentication: { type: 'scram-sha-512' | 'tls' }, authorization: { acls: UserAcl[] } }

/** Credentials of a user of either kind: the keys of its Secret. */
export type UserSecret = Record<string, string>

interface UserAcl { resource: { type: string, name: string, patternType: string }, operations: string[] }

const TOPIC_TOOL = 'org.apache.kafka.tools.TopicCommand'
const CONFIG_TOOL = 'kafka.admin.ConfigCommand'
const ACL_TOOL = 'org.apache.kafka.tools.AclCommand'

/** See the head of this file. Existing objects that are as requested are not created a second time. */
export class StrimziBroker {
  readonly #server: KafkaServer
  readonly #topics = new Map<string, { wanted: string, id: string }>()
  readonly #users = new Map<string, { wanted: string, spec: UserSpec }>()

  /** @param server with security */
  constructor (server: KafkaServer) {
    this.#server = server
  }

  /** Address of a listener in the stand-in's Kafka resource. */
  address (listener: 'plain' | 'tls' | 'mtls'): string {
    const { host, port } = this.#server.nodes[0]!
    const ports = { plain: port, tls: this.#server.security?.scramPort, mtls: this.#server.security?.mtlsPort }

    return `${host}:${String(ports[listener])}`
  }

  /** PEM of the authority that signed the broker's certificate. */
  get authority (): string {
    return readFileSync(this.#server.security?.caFile ?? '', 'utf8')
  }

  /** Creates a topic; resolves with Kafka's id of it. */
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

  /** The output of Kafka's own tool about a topic, or about all topics. */
  async describe (name?: string): Promise<string> {
    return await this.#server.tool(TOPIC_TOOL, ['--describe', ...name === undefined ? [] : ['--topic', name]])
  }

  /** Credentials of a new user: a password, or a key and a certificate. */
  secretFor (name: string, { authentication: { type } }: UserSpec): UserSecret {
    if (type === 'scram-sha-512') {
      return { password: randomBytes(12).toString('hex') }
    }

    const { certFile, keyFile } = this.#server.certificates!.issue(name)

    return { 'ca.crt': this.authority, 'user.crt': readFileSync(certFile, 'utf8'), 'user.key': readFileSync(keyFile, 'utf8') }
  }

  /** Creates a user with exactly these rights and removes earlier rights. */
  async user (name: string, { password }: UserSecret, spec: UserSpec): Promise<void> {
    const wanted = JSON.stringify({ password, spec })
    const before = this.#users.get(name)

    if (before?.wanted === wanted) {
      return
    }
    if (password !== undefined) {
      await this.#server.tool(CONFIG_TOOL, ['--alter', '--entity-type', 'users', '--entity-name', name, '--add-config', `SCRAM-SHA-512=[password=${password}]`])
    }

    await this.#acls(name, before?.spec, ['--remove', '--force'])
    await this.#acls(name, spec, ['--add'])
    this.#users.set(name, { wanted, spec })
  }

  async #acls (name: string, spec: UserSpec | undefined, verb: string[]): Promise<void> {
    const principal = spec?.authentication.type === 'tls' ? `User:CN=${name}` : `User:${name}`
    // The tool takes seconds: rights that differ only by name are set in one call.
    const acls = spec?.authorization.acls ?? []
    const alike = Map.groupBy(acls, ({ resource: { type, patternType }, operations }) => JSON.stringify([type, patternType, operations]))

    for (const [first, ...others] of alike.values()) {
      const { resource: { type, patternType }, operations } = first!

      await this.#server.tool(ACL_TOOL, [
        ...verb,
        '--allow-principal',
        principal,
        ...[first!, ...others].flatMap(({ resource }) => [`--${type}`, resource.name]),
        '--resource-pattern-type',
        patternType === 'prefix' ? 'prefixed' : patternType,
        ...operations.flatMap(operation => ['--operation', operation])
      ])
    }
  }

  /** Removes created ones whose resources are gone; `names` are the existing ones. */
  async keep (what: 'topics' | 'users', names: readonly string[] | undefined): Promise<void> {
    const made = what === 'topics' ? this.#topics : this.#users

    for (const name of names === undefined ? [] : [...made.keys()].filter(known => !names.includes(known))) {
      await (what === 'topics' ? this.#server.tool(TOPIC_TOOL, ['--delete', '--topic', name]) : this.#removeUser(name))
      made.delete(name)
    }
  }

  async #removeUser (name: string): Promise<void> {
    const spec = this.#users.get(name)?.spec
    await this.#acls(name, spec, ['--remove', '--force'])

    if (spec?.authentication.type === 'scram-sha-512') {
      await this.#server.tool(CONFIG_TOOL, ['--alter', '--entity-type', 'users', '--entity-name', name, '--delete-config', 'SCRAM-SHA-512'])
    }
  }
}
