// A crawler of a network of hundreds of peers and a consumer, each with a small disk, and a Prometheus that scrapes them as PodMonitors
// would have it and evaluates the alerts on networks and disks. A day of these is a minute: crawls take seconds.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { pino } from 'pino'
import { parse, stringify } from 'yaml'
import { EmbeddedBus } from '../../../core/bus/embedded/embedded-bus.ts'
import { NEIGHBOURS_SUFFIX, neighboursGroupOf } from '../../../core/contracts/edges/neighbours.ts'
import { systemClock } from '../../../core/time/clock.ts'
import { KAD_PROTOCOL } from '../../../scripts/bench/virtual-network/peer-answers.ts'
import { CHART } from '../cluster/chart-rig.ts'
import { neighboursIncoming, tableOf } from '../consumer/neighbours.ts'
import { ReadyProcess } from '../data-path/ready-process.ts'
import { PopulatedNetwork } from '../monitoring/populated-network.ts'
import { SmallDisk } from '../monitoring/small-disk.ts'
import { mmdb } from '../places/mmdb.ts'
import { Prometheus } from '../servers/prometheus.ts'
import { TempFolder } from '../temp-folder.ts'
import { fasterRules } from './faster-rules.ts'
import type { ConsumerConfigInput, CrawlerConfigInput } from '../../../core/contracts/process-config.ts'
import type { MmdbValue } from '../places/mmdb.ts'

const FASTER = 1_440
const GROUPS = ['peerprobe-series', 'peerprobe-edges', 'peerprobe-disks', 'peerprobe-network']
const DISK_MIB = 64
const PODS = { namespace: 'lab', peerprobe_dev_probe: 'amino' }
const SCAN = 'main'
const COUNTRIES = ['DE', 'FI', 'FR', 'US'] as const
const TOPIC = 'visits'
const DEAD_LETTERS = 'visits-dead-letters'
const TABLES = `${TOPIC}${NEIGHBOURS_SUFFIX}`

/** See the head of this file. */
export class NetworkLab implements AsyncDisposable {
  readonly network: PopulatedNetwork
  readonly prometheus: Prometheus

  /** The crawler's known peers are on the first, the dump files on the second. */
  readonly disks: Readonly<Record<'state' | 'dumps', SmallDisk>>

  readonly #bus: string
  readonly #stack: AsyncDisposableStack

  private constructor (parts: Pick<NetworkLab, 'network' | 'prometheus' | 'disks'> & { bus: string }, stack: AsyncDisposableStack) {
    this.network = parts.network
    this.prometheus = parts.prometheus
    this.disks = parts.disks
    this.#bus = parts.bus
    this.#stack = stack
  }

  /** Starts everything, with some groups of peers of so many each; resolves when the processes are scraped. */
  static async open (groups: Readonly<Record<string, number>>): Promise<NetworkLab> {
    await using stack = new AsyncDisposableStack()
    const folder = stack.use(new TempFolder())
    const disks = { state: stack.use(new SmallDisk(folder.file('state'), DISK_MIB)), dumps: stack.use(new SmallDisk(folder.file('dumps'), DISK_MIB)) }
    const network = stack.use(new PopulatedNetwork())
    for (const [name, count] of Object.entries(groups)) {
      await network.join(name, { count })
    }
    const start = async (component: 'crawler' | 'consumer', config: object): Promise<string> => {
      writeFileSync(folder.file(`${component}.json`), JSON.stringify(config))

      return `127.0.0.1:${String(await stack.use(new ReadyProcess(component, folder.file(`${component}.json`))).ready)}`
    }
    const bus = { embedded: { path: folder.file('bus.sqlite') } }
    await makeTopics(bus.embedded.path)
    const consumer = await start('consumer', consumerConfig(bus, folder, disks.dumps))
    mkdirSync(folder.file('places'))
    writeFileSync(folder.file('places/places.mmdb'), placeFile())
    const crawler = await start('crawler', { ...crawlerConfig(bus, network, disks.state), placesFolder: folder.file('places') })
    writeFileSync(folder.file('rules.yaml'), rulesOf(GROUPS))
    const prometheus = stack.use(await Prometheus.open({ ruleFiles: [folder.file('rules.yaml')] }))
    await prometheus.setTargets([
      { address: crawler, labels: { ...PODS, peerprobe_dev_scan: SCAN, pod: 'crawler' } },
      { address: consumer, labels: { ...PODS, pod: 'consumer' } }
    ])

    return new NetworkLab({ network, prometheus, disks, bus: bus.embedded.path }, stack.move())
  }

  /** Names of the alerts that fire now. */
  async firing (): Promise<string[]> {
    return (await this.prometheus.alerts()).filter(({ state }) => state === 'firing').map(({ name }) => name)
  }

  /** Publishes the second message with routing tables of so many crawls, as if their first ones were lost. */
  async loseTables (crawls: number): Promise<void> {
    const { signal } = new AbortController()
    await using bus = await openBus(this.#bus)
    const first = Math.floor(systemClock.now() / 1_000) - crawls
    const scan = `${PODS.namespace}/${PODS.peerprobe_dev_probe}/${SCAN}`
    const tables = Array.from({ length: crawls }, (_, i) => tableOf({ scan, crawlId: first + i, sequence: 2 }))

    await bus.publish(TABLES, tables.map(table => neighboursIncoming(table)), signal)
  }

  async [Symbol.asyncDispose] (): Promise<void> {
    await this.#stack[Symbol.asyncDispose]()
  }
}

// The first 1,024 peers are spread over systems and countries, those that come later are all in the system of one cloud.
function placeFile (): Buffer {
  const spread = Array.from({ length: 32 }, (_, i) => {
    const network = `127.16.${String(i >> 3)}.${String((i & 7) * 32)}/27`

    return [network, placeRecord(64_512 + i, COUNTRIES[i % COUNTRIES.length]!)]
  })
  const crowded = ['127.16.4.0/22', '127.16.8.0/21', '127.16.16.0/20'].map(network => [network, placeRecord(24_940, 'DE')])

  return mmdb({ networks: Object.fromEntries([...spread, ...crowded]) as Record<string, MmdbValue> })
}

function placeRecord (asn: number, country: string): MmdbValue {
  return { country: { iso_code: country }, autonomous_system_number: asn, autonomous_system_organization: `System ${String(asn)}` }
}

async function openBus (path: string): Promise<EmbeddedBus> {
  return await EmbeddedBus.open({ log: pino({ level: 'silent' }), clock: systemClock }, { path }, new AbortController().signal)
}

async function makeTopics (path: string): Promise<void> {
  const { signal } = new AbortController()
  await using bus = await openBus(path)

  for (const name of [TOPIC, DEAD_LETTERS, TABLES]) {
    await bus.ensureTopic({ name, partitions: 1, retentionMs: 3_600_000 }, signal)
  }
}

function rulesOf (names: readonly string[]): string {
  const { groups } = parse(fasterRules(readFileSync(`${CHART}/rules.yaml`, 'utf8'), FASTER)) as { groups: { name: string }[] }

  return stringify({ groups: groups.filter(({ name }) => names.includes(name)) })
}

type Bus = Pick<CrawlerConfigInput, 'bus'>['bus']

function crawlerConfig (bus: Bus, { bootstrap }: PopulatedNetwork, { folder }: SmallDisk): CrawlerConfigInput {
  return {
    admin: { port: 0 },
    scanId: `${PODS.namespace}/${PODS.peerprobe_dev_probe}/${SCAN}`,
    scan: {
      name: SCAN,
      network: { name: 'lab', bootstrapPeers: [bootstrap], protocols: [KAD_PROTOCOL] },
      active: { interval: '5s' },
      passive: { enabled: false },
      addresses: { policy: 'Any' }
    },
    bus,
    topic: TOPIC,
    stateFolder: folder
  }
}

function consumerConfig (bus: Bus, folder: TempFolder, dumps: SmallDisk): ConsumerConfigInput {
  return {
    admin: { port: 0 },
    bus,
    topic: TOPIC,
    deadLetterTopic: DEAD_LETTERS,
    group: 'consumer',
    store: { sqlite: { path: folder.file('store.sqlite') } },
    dump: { folder: dumps.folder, intervalMs: 10_000, edges: { topic: TABLES, group: neighboursGroupOf('consumer') } }
  }
}
