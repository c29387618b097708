/** `npm run bench:operator`: many PeerProbes on a real API server (kwok simulates nodes): time, requests and memory until all are Ready, and at rest. */
import { availableParallelism, cpus } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import { Command } from 'commander'
import { NODE_FLAGS } from '../../core/process/node-flags.ts'
import { wholeNumber } from '../../core/text/option-text.ts'
import { ClusterRig, probeOf } from '../../test/support/cluster/cluster-rig.ts'
import { OPERATOR_USER } from '../../test/support/cluster/operator-process.ts'
import { until } from '../../test/support/until.ts'
import { cluster } from '../provision/cluster.ts'
import { markdownTable } from './markdown-table.ts'
import { cpuMsOf, peakRssMbOf } from './process-cost.ts'
import { requestsOf } from './request-count.ts'
import type { KubeObject } from '../../operator/runtime/kube-object.ts'

const { probes, minutes, json } = new Command('bench:operator')
  .description('Applies many PeerProbes to a real API server and measures what the operator needs to bring them all to Ready.')
  .option('--probes <n>', 'PeerProbes', wholeNumber(1, 5_000), 1_000)
  .option('--minutes <n>', 'how long they may take', wholeNumber(1, 120), 30)
  .option('--json', 'one JSON object instead of a table', false)
  .parse()
  .opts<{ probes: number, minutes: number, json: boolean }>()

// As in a real installation: a few in each of many namespaces.
const PER_NAMESPACE = 10
const PODS_PER_NODE = 100
const PODS_PER_PROBE = 3
const REST_MS = 60_000

await cluster.provide(new AbortController().signal)
await using rig = await ClusterRig.open({ strimzi: false })
await rig.plane.apply(...Array.from({ length: Math.ceil(probes * PODS_PER_PROBE / PODS_PER_NODE) }, (_, i) => node(`bench-${String(i)}`)))

for (let start = 0; start < probes; start += PER_NAMESPACE) {
  const namespace = `bench-${String(start / PER_NAMESPACE)}`
  await rig.namespace(namespace)
  await rig.plane.apply(...Array.from({ length: Math.min(PER_NAMESPACE, probes - start) }, (_, i) => probe(namespace, start + i)))
}

// As the image runs it under the chart's limit of 400 MiB.
process.env['NODE_OPTIONS'] = `${NODE_FLAGS.join(' ')} --max-old-space-size=260`
const startedAt = performance.now()
const operator = rig.operator()
await until(`${String(probes)} PeerProbes are Ready`, async () => {
  await delay(2_000)
  return await readyCount() === probes
}, minutes * 60_000)
const seconds = (performance.now() - startedAt) / 1_000
const cpuMs = cpuMsOf(operator.pid)
const total = requestsOf(await rig.plane.audit(), OPERATOR_USER)

await delay(REST_MS)
const atRest = requestsOf(await rig.plane.audit(), OPERATOR_USER)
const figures = {
  probes,
  seconds: round(seconds),
  cpuMsPerProbe: round(cpuMs / probes),
  readsPerProbe: round(total.reads / probes),
  writesPerProbe: round(total.writes / probes),
  writesAtRest: atRest.writes - total.writes,
  restCpuPercent: round((cpuMsOf(operator.pid) - cpuMs) / REST_MS * 100),
  peakRssMb: round(peakRssMbOf(operator.pid))
}
const machine = { node: process.version, cpu: cpus()[0]?.model ?? 'unknown', cores: availableParallelism() }
process.stdout.write(json
  ? `${JSON.stringify({ date: new Date().toISOString(), ...machine, ...figures })}\n`
  : `${markdownTable(['figure', 'value'], Object.entries(figures).map(([name, value]) => [name, String(value)]))}\n\nNode ${machine.node}, ${String(machine.cores)} cores, ${machine.cpu}\n`)

async function readyCount (): Promise<number> {
  const { items } = await rig.plane.get<{ items: KubeObject[] }>('pp', '-A')

  return items.filter(({ status }) => (status as { conditions?: { type: string, status: string }[] } | undefined)?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') === true).length
}

function probe (namespace: string, i: number): KubeObject {
  return probeOf(namespace, {
    kafka: { brokers: [`kafka-${String(i)}.example.org:9092`] },
    mysql: { host: `db-${String(i)}.example.org`, database: 'ipfs', credentialsSecret: { name: 'mysql' } }
  }, `probe-${String(i)}`)
}

function node (name: string): object {
  const size = { cpu: '640', memory: '2560Gi', pods: String(PODS_PER_NODE) }

  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, annotations: { 'kwok.x-k8s.io/node': 'fake' }, labels: { 'kubernetes.io/hostname': name, 'kubernetes.io/os': 'linux', 'type': 'kwok' } },
    status: { allocatable: size, capacity: size }
  }
}

function round (value: number): number {
  return Math.round(value * 10) / 10
}
