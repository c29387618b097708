import { Command, InvalidArgumentError, Option } from 'commander'
import { nonEmpty, wholeNumber } from '../../../core/text/option-text.ts'

/** What can be measured: the client for TCP, WebSocket and relays; the reference visitor (a libp2p node); or all clients, including QUIC. */
export const BENCH_LANES = ['fast', 'full', 'all'] as const

const STRATEGIES = ['Topology', 'Census'] as const
const MAX_ADDRESSES = 6
const MAX_PEERS = 230_000
const MAX_TABLES = 1_000

/** One crawl to measure. */
export interface CrawlCase {
  peers: number

  /** Addresses of each peer. */
  addresses: number

  /** Share of peers that do not answer, from 0 to 1. */
  dead: number

  /** Numbers of tables of weakly known peers, a twentieth of the network each. */
  weak: number[]

  /** Questions to each peer in a Census: 2, or 3 as after a crawl that missed peers. */
  questions: 2 | 3

  /** Whether a Census asks a sample for its coverage. */
  sample: boolean

  strategy: typeof STRATEGIES[number]
  lane: typeof BENCH_LANES[number]

  /** Maximum number of visits in flight. */
  concurrency: number
}

/** Options of the command line. */
export interface BenchOptions {
  cases: CrawlCase[]

  /** Crawls of each case. */
  runs: number

  json: boolean

  /** Folder for the CPU profiles of the crawling processes. */
  profileDir: string | undefined

  /** Memory limit of the pod whose heap the crawling process has, in MiB; Node's own limit of the heap when undefined. */
  memoryMib: number | undefined
}

/** A whole libp2p node saturates its core at a few hundred visits; at a thousand, answers are handled too late. */
const CONCURRENCY = { fast: 1_000, full: 200, all: 1_000 } as const

interface RawOptions {
  peers: number
  addresses: number[]
  dead: number[]
  weak: number[]
  questions: CrawlCase['questions'][]
  sample: boolean[]
  memory?: number
  strategy: CrawlCase['strategy'][]
  lane: CrawlCase['lane'][]
  concurrency?: number
  runs: number
  json: boolean
  profile?: string
}

/** Parses the command line. Lists give a case for each combination. For --help or a mistake, commander prints a message and exits. */
export function parseBenchOptions (argv: readonly string[]): BenchOptions {
  const command = new Command('bench:crawl')
    .description('Crawls a virtual network on loopback and measures the cost of each peer.')
    .option('--peers <n>', 'size of the network', wholeNumber(1, MAX_PEERS), 10_000)
    .addOption(listOption('--addresses <list>', 'addresses of each peer, 1 to 6', wholeNumber(1, MAX_ADDRESSES), [MAX_ADDRESSES]))
    .addOption(listOption('--dead <list>', 'percentages of peers that do not answer', wholeNumber(0, 90), [0, 45]))
    .addOption(listOption('--weak <list>', 'add weakly known peers, a twentieth of the network for each of these numbers of tables', wholeNumber(1, MAX_TABLES), []))
    .addOption(listOption('--questions <list>', 'questions to each peer in a Census, 2 or 3', text => oneOf(['2', '3'])(text) === '3' ? 3 : 2, [2]))
    .addOption(listOption('--sample <list>', 'whether a Census estimates its coverage: on, off', text => oneOf(['on', 'off'])(text) === 'on', [true]))
    .option('--memory <MiB>', 'limit the heap as in a pod with this memory limit', wholeNumber(128, 65_536))
    .addOption(listOption('--strategy <list>', 'Topology, Census', oneOf(STRATEGIES), [...STRATEGIES]))
    .addOption(listOption('--lane <list>', 'fast (TCP, WebSocket and relays), full (a libp2p node, for comparison), all (fast and QUIC, as in a crawler)', oneOf(BENCH_LANES), ['fast']))
    .option('--concurrency <n>', 'visits in flight (default: 1000, or 200 for a libp2p node)', wholeNumber(1, MAX_PEERS))
    .option('--runs <n>', 'crawls of each case; the median counts', wholeNumber(1, 99), 3)
    .option('--profile <dir>', 'write CPU profiles of the crawling processes to this folder', nonEmpty)
    .option('--json', 'print JSON instead of a table', false)
    .helpOption('-h, --help', 'show this help')
    .parse([...argv], { from: 'user' })
  const { runs, json, profile, memory, ...raw } = command.opts<RawOptions>()

  return { cases: casesOf(raw), runs, json, profileDir: profile, memoryMib: memory }
}

type Lists = Omit<RawOptions, 'runs' | 'json' | 'profile' | 'memory'>

function casesOf ({ peers, addresses, dead, weak, questions, sample, strategy, lane, concurrency }: Lists): CrawlCase[] {
  const common = { peers, weak }

  const asked = questions.flatMap(questions => sample.map(sample => ({ questions, sample })))

  return lane.flatMap(lane => addresses.flatMap(addresses => strategy.flatMap(strategy => dead.flatMap(percent => asked.map(asked => (
    { ...common, addresses, dead: percent / 100, ...asked, strategy, lane, concurrency: concurrency ?? CONCURRENCY[lane] }
  ))))))
}

function listOption<T> (flags: string, description: string, parse: (text: string) => T, initial: T[]): Option {
  return new Option(flags, description).argParser((text: string) => text.split(',').map(parse)).default(initial, initial.join(','))
}

function oneOf<T extends string> (allowed: readonly T[]): (text: string) => T {
  return (text) => {
    const found = allowed.find(value => value === text)

    if (found === undefined) {
      throw new InvalidArgumentError(`must be of ${allowed.join(', ')}.`)
    }

    return found
  }
}
