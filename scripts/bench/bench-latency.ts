/**
 * `npm run bench:latency`: how much of a round trip is spent in our own queue. The same hosts are crawled alternately with one visit
 * at a time and with the concurrency of a crawl. The only difference between the round trips is how long an answer waits for this
 * process.
 */
import { availableParallelism, cpus } from 'node:os'
import { Command } from 'commander'
import { Scan } from '../../core/contracts/scan.ts'
import { createLogger } from '../../core/process/logger.ts'
import { wholeNumber } from '../../core/text/option-text.ts'
import { busyShare } from '../../core/time/busy-share.ts'
import { systemClock } from '../../core/time/clock.ts'
import { sinceBootMs, StandstillWatch } from '../../core/time/standstill.ts'
import { parseAddress } from '../../crawler/address/address.ts'
import { openClientVisitor } from '../../crawler/client/client-visitor.ts'
import { openSystemDns } from '../../crawler/dial/dns/system-dns.ts'
import { CrawlRun } from '../../crawler/engine/crawl.ts'
import { quantiles } from '../../crawler/engine/population/quantiles.ts'
import { parsePeerId } from '../../crawler/peer/peer-id-text.ts'
import { GoDevnetProcess } from '../../local/devnet/go/go-devnet-process.ts'
import { markdownTable } from './markdown-table.ts'
import { medianOf } from './median.ts'
import type { PeerRecord } from '../../crawler/peer/peer-record.ts'
import type { Visitor, VisitResult } from '../../crawler/visit/visitor.ts'

interface Figures {
  p50: number
  p90: number
  errorP50: number
  errorP90: number
  peersPerSecond: number
}

const { hosts, runs, concurrency } = new Command('bench:latency')
  .description('Crawls real go-libp2p hosts on loopback, alternately one visit at a time and many at once. Needs Go.')
  .option('--hosts <n>', 'hosts', wholeNumber(10, 1_000), 60)
  .option('--concurrency <list>', 'maximum visits in flight', (text: string) => text.split(',').map(wholeNumber(1, 10_000)), [1, 1_000])
  .option('--runs <n>', 'rounds, of which the median counts', wholeNumber(1, 99), 5)
  .parse()
  .opts<{ hosts: number, runs: number, concurrency: number[] }>()

const { signal } = new AbortController()
await using devnet = await GoDevnetProcess.open({ plain: hosts, special: 0 }, signal)
const { addresses } = Scan.parse({ name: 'bench', network: { preset: 'ipfs' }, addresses: { policy: 'Any' } })
const standstill = new StandstillWatch({ clock: systemClock, sinceBootMs })
const deps = { clock: systemClock, dns: openSystemDns(systemClock, standstill) }
const visitorOptions = { kadProtocols: [devnet.truth.kadProtocol], agentVersion: 'peerprobe/bench', addresses, dialTimeoutMs: 5_000, visitTimeoutMs: 15_000 }
await using visitor = openClientVisitor(visitorOptions, deps)
const peers = devnet.truth.peers.filter(({ kind }) => kind === 'plain').map(toRecord)
const figures = new Map<number, Figures[]>(concurrency.map(limit => [limit, []]))

for (const limit of concurrency) {
  await crawl(visitor, peers, limit) // the first visits include the cost of the start
}

for (let run = 0; run < runs; run++) {
  for (const limit of concurrency) {
    figures.get(limit)?.push(await crawl(visitor, peers, limit))
  }
}

const medians = concurrency.map(limit => ({ limit, ...medianOf(figures.get(limit) ?? []) }))
const rows = medians.map(({ limit, p50, p90, errorP50, errorP90, peersPerSecond }) => [
  String(limit),
  p50.toFixed(2),
  (p50 / (medians[0]?.p50 ?? p50)).toFixed(2),
  p90.toFixed(2),
  errorP50.toFixed(3),
  errorP90.toFixed(2),
  peersPerSecond.toFixed(0)
])
process.stdout.write(`${markdownTable(['concurrency', 'p50 ms', 'ratio', 'p90 ms', 'error p50 ms', 'error p90 ms', 'peers/s'], rows)}\n
${String(peers.length)} hosts, medians of ${String(runs)}; Node ${process.version}, ${String(availableParallelism())} cores, ${cpus()[0]?.model ?? 'unknown'}\n`)

async function crawl (through: Visitor, bootstrap: readonly PeerRecord[], limit: number): Promise<Figures> {
  const results: VisitResult[] = []
  const run = new CrawlRun({
    clock: systemClock,
    log: createLogger({ level: 'warn' }),
    standstill,
    visitor: through,
    isDialable: () => true,
    busyShare: busyShare(),
    sink: { ready: () => undefined, accept: ({ result }) => void results.push(result) }
  }, { crawlId: 1, crawlNumber: 0, strategy: 'Census', concurrency: limit, maxPeers: 10_000, maxDurationMs: 600_000, visitTimeoutMs: 15_000 }, { bootstrap, connected: [], known: [] })
  const startedMs = performance.now()
  await run.run(signal)
  const seconds = (performance.now() - startedMs) / 1_000
  const reached = results.filter(({ outcome }) => outcome === 'ok')

  // A host that is not reached ends the benchmark: fast but wrong crawls are not measured.
  if (reached.length < bootstrap.length) {
    throw new TypeError(`only ${String(reached.length)} of ${String(bootstrap.length)} hosts were reached`)
  }

  const latency = quantiles(reached.map(({ latencyMs = 0 }) => latencyMs))
  const error = quantiles(reached.map(({ latencyErrorMs = 0 }) => latencyErrorMs))

  return { p50: latency?.p50 ?? 0, p90: latency?.p90 ?? 0, errorP50: error?.p50 ?? 0, errorP90: error?.p90 ?? 0, peersPerSecond: reached.length / seconds }
}

function toRecord ({ id, addresses: texts }: GoDevnetProcess['truth']['peers'][number]): PeerRecord {
  const parsed = parsePeerId(id)

  if (parsed === undefined) {
    throw new TypeError(`not a peer id: ${id}`)
  }

  return { id: parsed, addresses: texts.flatMap(text => parseAddress(text)?.address ?? []) }
}
