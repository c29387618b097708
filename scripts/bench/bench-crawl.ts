/**
 * `npm run bench:crawl`: the cost of a crawl, on a virtual network that other processes serve.
 *
 * Machines are shared and noisy: CPU time is the figure to compare, and seconds are only an upper
 * bound.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { availableParallelism, cpus } from 'node:os'
import { ProbeError } from '../../core/errors.ts'
import { NODE_FLAGS } from '../../core/process/node-flags.ts'
import { parseBenchOptions } from './crawl/crawl-case.ts'
import { figuresOf, formatTable } from './crawl/crawl-result.ts'
import { medianOf } from './median.ts'
import { isContactable, rolesOf } from './virtual-network/population.ts'
import { VirtualNetwork } from './virtual-network/virtual-network.ts'
import type { BenchOptions, CrawlCase } from './crawl/crawl-case.ts'
import type { CaseResult, CrawlCounts, CrawlFigures } from './crawl/crawl-result.ts'

const CRAWL = new URL('crawl/crawl-process.ts', import.meta.url)

/** The share of a container's memory that the heap may take (Dockerfile, `--max-old-space-size-percentage`). */
const HEAP_SHARE = 0.65

const options = parseBenchOptions(process.argv.slice(2))
const stop = new AbortController()
process.once('SIGINT', () => {
  stop.abort()
})

const results: CaseResult[] = []

for (const crawlCase of options.cases) {
  results.push(await measure(crawlCase, options, stop.signal))
}

const machine = { node: process.version, cpu: cpus()[0]?.model ?? 'unknown', cores: availableParallelism() }
say(options.json
  ? JSON.stringify({ date: new Date().toISOString(), ...machine, runs: options.runs, results })
  : `${formatTable(results)}\n\nmedians of ${String(options.runs)}; Node ${machine.node}, ${String(machine.cores)} cores, ${machine.cpu}`)

async function measure (crawlCase: CrawlCase, options: BenchOptions, signal: AbortSignal): Promise<CaseResult> {
  const contactable = rolesOf(crawlCase).filter(isContactable).length
  await using network = new AsyncDisposableStack()
  const servers = network.use(await VirtualNetwork.open(crawlCase, signal))
  const figures: CrawlFigures[] = []

  for (let run = 1; run <= options.runs; run++) {
    const servedBefore = servers.cpuMs()
    const counts = await crawl(crawlCase, options, signal)
    figures.push(figuresOf(counts, { contactable, serversCpuMs: servers.cpuMs() - servedBefore }))
    tell(`${describe(crawlCase)}, run ${String(run)}: ${JSON.stringify(figures.at(-1))} ${JSON.stringify(counts.outcomes)}`)
  }

  return { case: crawlCase, runs: figures, median: medianOf(figures) }
}

async function crawl (crawlCase: CrawlCase, { profileDir, memoryMib }: BenchOptions, signal: AbortSignal): Promise<CrawlCounts> {
  const execArgv = [
    ...NODE_FLAGS,
    ...profileDir === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileDir}`],
    ...memoryMib === undefined ? [] : [`--max-old-space-size=${String(Math.floor(memoryMib * HEAP_SHARE))}`]
  ]
  const child = fork(CRAWL, [JSON.stringify(crawlCase)], { execArgv, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  const exited = once(child, 'exit')
  const [message] = await Promise.race([once(child, 'message', { signal }), exited]) as [unknown]
  await exited

  if (typeof message !== 'object' || message === null) {
    throw new ProbeError('PP_DEVNET_FAILED', 'the crawling process ended without a result')
  }

  return message as CrawlCounts
}

function describe ({ lane, strategy, peers, addresses, dead, weak, questions, sample }: CrawlCase): string {
  const network = `${String(peers)} peers with ${String(addresses)} addresses, ${String(Math.round(dead * 100))} % dead, weak in ${weak.join() || 'none'}`

  return `${lane} lane, ${strategy} with ${String(questions)} questions${sample ? ' and a sample' : ''}, ${network}`
}

function say (text: string): void {
  process.stdout.write(`${text}\n`)
}

function tell (text: string): void {
  process.stderr.write(`${text}\n`)
}
