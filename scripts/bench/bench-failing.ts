/**
 * `npm run bench:failing`: ten PeerProbes on a real API server (kwok simulates nodes), all well and with three that always fail, in turns:
 * how long the operator takes to apply changes of the seven others.
 */
import { Command } from 'commander'
import { wholeNumber } from '../../core/text/option-text.ts'
import { ClusterRig, probeOf } from '../../test/support/cluster/cluster-rig.ts'
import { OPERATOR_USER } from '../../test/support/cluster/operator-process.ts'
import { until } from '../../test/support/until.ts'
import { cluster } from '../provision/cluster.ts'
import { changeLatencies, quantileOf } from './failing/change-latency.ts'
import { markdownTable } from './markdown-table.ts'
import type { KubeObject } from '../../operator/runtime/kube-object.ts'

const { rounds } = new Command('bench:failing')
  .description('Measures whether PeerProbes that always fail slow the others down.')
  .option('--rounds <n>', 'rounds, each with all well and with three failing', wholeNumber(1, 100), 10)
  .parse()
  .opts<{ rounds: number }>()

const OTHERS = 7
const NAMESPACE = 'others'

// The Secret of the database is missing here, so that the operator looks for it again and again.
const WITHOUT_SECRET = 'without-secret'

// Here the API server refuses what the operator writes, so that it tries again and again.
const REFUSED = ['refused-1', 'refused-2'] as const
const POLICY = { apiVersion: 'admissionregistration.k8s.io/v1', kind: 'ValidatingAdmissionPolicy', metadata: { name: 'refuses' }, spec: {
  failurePolicy: 'Fail',
  matchConstraints: { resourceRules: [{ apiGroups: ['apps'], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources: ['deployments'] }] },
  validations: [{ expression: 'false', message: 'refused by the benchmark' }]
} }
const BINDING = { apiVersion: 'admissionregistration.k8s.io/v1', kind: 'ValidatingAdmissionPolicyBinding', metadata: { name: 'refuses' }, spec: {
  policyName: 'refuses',
  validationActions: ['Deny'],
  matchResources: { namespaceSelector: { matchExpressions: [{ key: 'kubernetes.io/metadata.name', operator: 'In', values: [...REFUSED] }] } }
} }

const THREE = [WITHOUT_SECRET, ...REFUSED]
const LIMIT_MS = 300_000
const STATES = ['all well', 'three fail'] as const

await cluster.provide(new AbortController().signal)
await using rig = await ClusterRig.open({ strimzi: false })
let generation = 0
let measured = 0

for (const namespace of [NAMESPACE, ...THREE]) {
  await rig.namespace(namespace)
}
await rig.plane.apply(...others())
rig.operator()
await until('all are Ready', async () => await readyCount() === OTHERS, LIMIT_MS)
const latencies: Record<typeof STATES[number], number[]> = { 'all well': [], 'three fail': [] }

for (let round = 0; round < rounds; round++) {
  for (const state of round % 2 === 0 ? STATES : STATES.toReversed()) {
    await (state === 'all well' ? heal() : fail())
    latencies[state].push(...await change())
  }
}

const quantiles = (of: readonly number[]): string[] => [0.5, 0.95].map(share => `${String(quantileOf(of, share))} ms`)
const row = (state: typeof STATES[number]): string[] => [state, String(latencies[state].length), ...quantiles(latencies[state])]
const ratio = quantileOf(latencies['three fail'], 0.5) / quantileOf(latencies['all well'], 0.5)
process.stdout.write(`${markdownTable(['PeerProbes', 'changes', 'median', '95 of 100'], STATES.map(row))}\n\nratio of the medians: ${ratio.toFixed(2)}\n`)

// Changes of the others; resolves with their latencies.
async function change (): Promise<number[]> {
  measured = (await rig.plane.audit()).length
  generation++
  await rig.plane.apply(...others())
  await until('the changes are applied', async () => (await latenciesSince()).length === OTHERS, LIMIT_MS)

  return await latenciesSince()
}

async function latenciesSince (): Promise<number[]> {
  return changeLatencies((await rig.plane.audit()).slice(measured), OPERATOR_USER)
}

// The three are deleted and created in both states, since what fails must have never worked.
async function fail (): Promise<void> {
  await forget()
  await rig.plane.apply(POLICY, BINDING)
  await Promise.all(REFUSED.map(async namespace => until('the API server refuses', async () => {
    const { code } = await rig.plane.kubectl(['create', 'deployment', 'any', '--image=any', '-n', namespace, '--dry-run=server'])

    return code !== 0
  }, LIMIT_MS)))
  await rig.plane.kubectl(['delete', 'secret', '--all', '-n', WITHOUT_SECRET])
  await rig.plane.apply(...THREE.map(namespace => probeOf(namespace)))
  await rig.untilReady(WITHOUT_SECRET, 'False', { limitMs: LIMIT_MS })
  await Promise.all(REFUSED.map(async namespace => rig.untilReady(namespace, 'False', { words: /refused by the benchmark/, limitMs: LIMIT_MS })))
}

async function heal (): Promise<void> {
  await forget()
  await rig.plane.kubectl(['delete', 'validatingadmissionpolicybinding', 'refuses', '--ignore-not-found'])
  await Promise.all(THREE.map(async namespace => rig.secret(namespace)))
  await rig.plane.apply(...THREE.map(namespace => probeOf(namespace)))
  await Promise.all(THREE.map(async namespace => rig.untilReady(namespace, 'True', { limitMs: LIMIT_MS })))
}

async function forget (): Promise<void> {
  for (const namespace of THREE) {
    await rig.plane.kubectl(['delete', 'pp', '--all', '-n', namespace, '--timeout=120s'])
  }
}

function others (): KubeObject[] {
  return Array.from({ length: OTHERS }, (_, i) => probeOf(NAMESPACE, {
    kafka: { brokers: [`kafka-${String(i)}.example.org:9092`] },
    mysql: { host: `db-${String(i)}.example.org`, database: 'ipfs', credentialsSecret: { name: 'mysql' } },
    consumer: { replicas: 1 + generation % 2 }
  }, `other-${String(i)}`))
}

async function readyCount (): Promise<number> {
  const { items } = await rig.plane.get<{ items: KubeObject[] }>('pp', '-n', NAMESPACE)

  return items.filter(({ status }) => (status as { conditions?: { type: string, status: string }[] } | undefined)?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') === true).length
}
