/** `npm run bench:lanes`: the cost of a visit to a real go-libp2p host by each transport, all in one run. */
import { availableParallelism, cpus } from 'node:os'
import { Command } from 'commander'
import { Scan } from '../../core/contracts/scan.ts'
import { wholeNumber } from '../../core/text/option-text.ts'
import { systemClock } from '../../core/time/clock.ts'
import { parseAddress } from '../../crawler/address/address.ts'
import { NodeDns } from '../../crawler/dial/dns/node-dns.ts'
import { openLanes } from '../../crawler/lanes/open-lanes.ts'
import { parsePeerId } from '../../crawler/peer/peer-id-text.ts'
import { GoDevnetProcess } from '../../local/devnet/go/go-devnet-process.ts'
import { cpuMs } from './cpu-ms.ts'
import { markdownTable } from './markdown-table.ts'
import { medianOf } from './median.ts'
import type { VisitTarget } from '../../crawler/dht/visit-target.ts'
import type { Visitor, VisitResult } from '../../crawler/visit/visitor.ts'
import type { GoDevnetTruth } from '../../local/devnet/go/go-devnet-process.ts'

type Host = GoDevnetTruth['peers'][number]
type Way = typeof WAYS[number]
interface Figures { cpuMsPerVisit: number, visitsPerSecond: number, requestsPerVisit: number }

/** A case: the kind of hosts, and the expected connections of their visits. */
const WAYS = [
  { way: 'TCP, Noise', kind: 'tcp-only', transport: 'tcp', security: '/noise' },
  { way: 'TCP, TLS', kind: 'tls-only', transport: 'tcp', security: '/tls/1.0.0' },
  { way: 'QUIC', kind: 'quic-only', transport: 'quic-v1', security: undefined },
  { way: 'WebSocket', kind: 'ws-only', transport: 'ws', security: '/noise' },
  { way: 'relay', kind: 'relayed', transport: 'relay', security: '/noise' }
] as const satisfies readonly { way: string, kind: Host['kind'], transport: string, security: string | undefined }[]

/** Keys of eight visits in a row. Nearly all peers of Amino have Ed25519; the other kinds cost OpenSSL several times as much. */
const KEYS = ['Ed25519', 'RSA', 'Ed25519', 'Ed25519', 'secp256k1', 'Ed25519', 'RSA', 'Ed25519'] as const

const { visits, concurrency, runs, json } = new Command('bench:lanes')
  .description('Visits real go-libp2p hosts by TCP, TLS, QUIC, WebSocket and a relay, and measures the cost of each visit to this process. Needs Go.')
  .option('--visits <n>', 'visits of a run, for each way', wholeNumber(100, 100_000), 1_000)
  .option('--concurrency <n>', 'visits in flight', wholeNumber(1, 1_000), 30)
  .option('--runs <n>', 'runs, of which the median is reported', wholeNumber(1, 100), 3)
  .option('--json', 'one JSON object instead of a table', false)
  .parse()
  .opts<{ visits: number, concurrency: number, runs: number, json: boolean }>()

const { signal } = new AbortController()
await using devnet = await GoDevnetProcess.open({ plain: 8, special: 8 }, signal)
const { kadProtocol, peers } = devnet.truth
const { addresses } = Scan.parse({ name: 'bench', network: { preset: 'ipfs' }, addresses: { policy: 'Any' } })
const options = { kadProtocols: [kadProtocol], agentVersion: 'peerprobe/bench', addresses, dialTimeoutMs: 5_000, visitTimeoutMs: 15_000 }
await using visitor = await openLanes(options, { clock: systemClock, dns: new NodeDns(5_000) })
const figures = new Map<string, Figures[]>(WAYS.map(({ way }) => [way, []]))

for (const way of WAYS) {
  await measure(visitor, way, visits / 4) // the first visits include the cost of the start
}

for (let run = 0; run < runs; run++) {
  for (const way of WAYS) {
    figures.get(way.way)?.push(await measure(visitor, way, visits))
  }
}

const results = WAYS.map(({ way }) => ({ way, ...medianOf(figures.get(way) ?? []) }))
const machine = { node: process.version, cpu: cpus()[0]?.model ?? 'unknown', cores: availableParallelism() }
process.stdout.write(json
  ? `${JSON.stringify({ date: new Date().toISOString(), ...machine, visits, concurrency, runs, results })}\n`
  : `${table()}\n\nmedians of ${String(runs)}; Node ${machine.node}, ${String(machine.cores)} cores, ${machine.cpu}\n`)

async function measure (through: Visitor, way: Way, count: number): Promise<Figures> {
  const ofKind = peers.filter(peer => peer.kind === way.kind)
  const targets = new Map(KEYS.map(key => [key, ofKind.filter(peer => peer.keyType === key).map(targetOf)]))
  const cpuBefore = cpuMs()
  const startedAt = performance.now()
  let next = 0
  let requests = 0

  await Promise.all(Array.from({ length: concurrency }, async () => {
    while (next < count) {
      const key = KEYS[next % KEYS.length] ?? 'Ed25519'
      const result = await through.visit(pick(targets.get(key) ?? [], next++), signal)
      requests += requestsOf(result, way)
    }
  }))

  const cpuMsPerVisit = (cpuMs() - cpuBefore) / count

  return {
    cpuMsPerVisit,
    visitsPerSecond: count / (performance.now() - startedAt) * 1_000,
    requestsPerVisit: requests / count
  }
}

// A visit by another transport, or a failed visit, ends the benchmark: fast but wrong visits are not measured.
function requestsOf ({ outcome, detail = '', connection, routingTable }: VisitResult, { way, transport, security }: Way): number {
  if (outcome !== 'ok' || connection?.transport !== transport || connection.security !== security) {
    throw new TypeError(`${way}: a visit ended as ${outcome} by ${String(connection?.transport)} ${String(connection?.security)}: ${detail}`)
  }

  return routingTable?.queries ?? 0
}

function pick (targets: readonly VisitTarget[], i: number): VisitTarget {
  const target = targets[i % targets.length]

  if (target === undefined) {
    throw new TypeError('there is no such host')
  }

  return target
}

function targetOf ({ id, addresses: texts }: Host): VisitTarget {
  const parsed = parsePeerId(id)

  if (parsed === undefined) {
    throw new TypeError(`not a peer id: ${id}`)
  }

  return { id: parsed, addresses: texts.flatMap(text => parseAddress(text)?.address ?? []), plan: { strategy: 'Topology' } }
}

function table (): string {
  const reference = results[0]?.cpuMsPerVisit ?? 1

  return markdownTable(['way', 'CPU-ms/visit', 'ratio', 'requests/visit', 'visits/s'], results.map(result => [
    result.way,
    result.cpuMsPerVisit.toFixed(2),
    (result.cpuMsPerVisit / reference).toFixed(2),
    result.requestsPerVisit.toFixed(1),
    result.visitsPerSecond.toFixed(0)
  ]))
}
