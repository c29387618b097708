import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { TempFolder } from '../temp-folder.ts'
import { Certificates } from './certificates.ts'
import { freePorts } from './free-ports.ts'
import { kafkaLogging, readAuthorizations } from './kafka-audit.ts'
import { kafkaProperties } from './kafka-properties.ts'
import { LeashedProcess } from './leashed-process.ts'
import { isListening } from './tcp-answer.ts'
import type { Authorization } from './kafka-audit.ts'
import type { KafkaExtras, KafkaNode, KafkaSecurity } from './kafka-properties.ts'

/** Options of {@link KafkaServer.open}. */
export interface KafkaServerOptions {
  /** Nodes of the cluster. @default 1 */
  nodes?: number

  /** IP address of this machine that it listens on. @default '127.0.0.1' */
  host?: string

  /** Opens listeners for SASL PLAIN, SCRAM-SHA-512 and client certificates on the first node, all over TLS; these users have the rights that ACLs grant. */
  users?: Readonly<Record<string, string>>

  /** Opens a listener on `::1` as well, on the first node. */
  ipv6?: boolean

  /** Further settings of the brokers. */
  properties?: Readonly<Record<string, string | number>>
}

// Any identifiers work as long as all nodes have the same.
const CLUSTER_ID = 'AAAAAAAAAAAAAAAAAAAAAQ'
const DIRECTORY_IDS = ['JEXY6aqzQY-32P5TStzaFg', 'MvDxzVmcRsaTz33bUuRU6A', '07R5amHmR32VDA6jHkGbTA']

const START_LIMIT_MS = 120_000
const TOOL_LIMIT_MS = 120_000

/** A real Apache Kafka for one test file: one node or three, in temporary folders, on free ports. */
export class KafkaServer implements AsyncDisposable {
  readonly nodes: readonly KafkaNode[]
  readonly security: KafkaSecurity | undefined

  /** The test's own authority, with security; it can issue more certificates. */
  readonly certificates: Certificates | undefined

  /** Address of the listener on `::1`, if there is one. */
  readonly ipv6Broker: string

  readonly #jars: string
  readonly #extras: KafkaExtras
  readonly #folder: TempFolder
  readonly #running = new Map<number, LeashedProcess>()

  private constructor (jars: string, folder: TempFolder, cluster: { nodes: KafkaNode[], extras: KafkaExtras, certificates?: Certificates }) {
    this.#jars = jars
    this.#folder = folder
    this.nodes = cluster.nodes
    this.security = cluster.extras.security
    this.ipv6Broker = `[::1]:${String(cluster.extras.ipv6Port ?? 0)}`
    this.#extras = cluster.extras
    this.certificates = cluster.certificates
  }

  /** Formats and starts a cluster from a folder of jars (`scripts/provision/kafka.ts` finds it); resolves when all nodes accept connections. */
  static async open (jars: string, { nodes: count = 1, host = '127.0.0.1', users, ipv6 = false, properties }: KafkaServerOptions = {}): Promise<KafkaServer> {
    const folder = new TempFolder()
    const ports = await freePorts(2 * count + 4)
    const nodes = Array.from({ length: count }, (_, i): KafkaNode => {
      return { id: i + 1, host, port: ports[2 * i]!, controllerPort: ports[2 * i + 1]!, folder: folder.file(`node-${String(i + 1)}`) }
    })
    const [ipv6Port, plainPort, scramPort, mtlsPort] = ports.slice(-4) as [number, number, number, number]
    const extras: KafkaExtras = { properties, ipv6Port: ipv6 ? ipv6Port : undefined }
    const certificates = users === undefined ? undefined : new Certificates(folder.path)
    const server = new KafkaServer(jars, folder, users === undefined || certificates === undefined
      ? { nodes, extras }
      : { nodes, certificates, extras: { ...extras, security: { plainPort, scramPort, mtlsPort, users, caFile: certificates.caFile, keystoreFile: certificates.bundle('broker', `DNS:localhost,IP:${host}`) } } })

    try {
      await Promise.all(nodes.map(async (node) => {
        await server.#format(node)
        await server.start(node.id)
      }))
    } catch (err) {
      await server[Symbol.asyncDispose]()
      throw err
    }

    return server
  }

  /** Addresses of the listeners without security. */
  get brokers (): string[] {
    return this.nodes.map(({ host, port }) => `${host}:${String(port)}`)
  }

  /** Starts a node that was killed. */
  async start (id: number): Promise<void> {
    const node = this.#node(id)
    const process = await LeashedProcess.start(['java', '-Xms256m', '-Xmx256m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', ...this.#classes(), 'kafka.Kafka', propertiesFile(node)], { logPath: `${node.folder}.log` })
    this.#running.set(id, process)
    await process.ready(async () => await isListening(node.port, node.host), START_LIMIT_MS)
  }

  /** Kills a node like a power failure. */
  async kill (id: number): Promise<void> {
    await this.#running.get(id)?.kill()
    this.#running.delete(id)
  }

  /** Runs one of Kafka's own command line tools against the first node, such as `org.apache.kafka.tools.TopicCommand`; resolves with its output. */
  async tool (main: string, args: readonly string[]): Promise<string> {
    const { stdout } = await promisify(execFile)('java', ['-Xmx128m', '-XX:TieredStopAtLevel=1', ...this.#classes(), main, '--bootstrap-server', this.brokers[0]!, ...args], { timeout: TOOL_LIMIT_MS })

    return stdout
  }

  /** Kills all nodes and removes their folders. */
  async [Symbol.asyncDispose] (): Promise<void> {
    await Promise.all([...this.#running.keys()].map(async (id) => {
      await this.kill(id)
    }))
    this.#folder[Symbol.dispose]()
  }

  /** The requests to the authorizer with their users, the oldest first. */
  authorizations (): Authorization[] {
    return readAuthorizations(this.#auditFile)
  }

  get #auditFile (): string {
    return this.#folder.file('authorizer.log')
  }

  async #format (node: KafkaNode): Promise<void> {
    writeFileSync(propertiesFile(node), kafkaProperties(node, this.nodes, this.#extras))
    const controllers = this.nodes.map(({ id, host, controllerPort }) => `${String(id)}@${host}:${String(controllerPort)}:${DIRECTORY_IDS[id - 1]!}`).join()
    const scram = Object.entries(this.security?.users ?? {}).flatMap(([name, password]) => ['--add-scram', `SCRAM-SHA-512=[name=${name},password=${password}]`])

    await promisify(execFile)('java', ['-Xmx128m', '-XX:TieredStopAtLevel=1', ...this.#classes(), 'kafka.tools.StorageTool', 'format', '-t', CLUSTER_ID, '--initial-controllers', controllers, ...scram, '-c', propertiesFile(node)], { timeout: TOOL_LIMIT_MS })
  }

  #classes (): string[] {
    const logging = this.#folder.file('log4j2.properties')
    writeFileSync(logging, kafkaLogging(this.#auditFile))

    return [`-Dlog4j2.configurationFile=${logging}`, '-cp', join(this.#jars, '*')]
  }

  #node (id: number): KafkaNode {
    return this.nodes.find(node => node.id === id)!
  }
}

function propertiesFile ({ folder }: KafkaNode): string {
  return `${folder}.properties`
}
