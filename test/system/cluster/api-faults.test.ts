// Operators behind proxies that drop, delay, reset, refuse, cut and rewind at random, by a seed. Once the faults
// stop, the cluster equals the plan, with no duplicates and no leftovers.
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { after, before, suite, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { ClusterRig, missingCluster } from '../../support/cluster/cluster-rig.ts'
import { FaultyProxy } from '../../support/cluster/faulty-proxy.ts'
import { OperatorProcess } from '../../support/cluster/operator-process.ts'
import { TempFolder } from '../../support/temp-folder.ts'
import { until } from '../../support/until.ts'

const FULL = process.env['PEERPROBE_FULL'] === '1'
const SEEDS = FULL ? 200 : 10

// Number of operators at the same time: each uses a whole core while it starts.
const AT_ONCE = 5
const FIRST = Number(process.env['PEERPROBE_SEED'] ?? Date.now() % 1_000_000)
const FAULTY_MS = 10_000

/** Mulberry32: the same faults for the same seed, as far as requests come in the same order. */
function seeded (seed: number): () => number {
  let state = seed

  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t

    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}

suite('faults between operator and API server', missingCluster === undefined ? {} : { skip: missingCluster }, () => {
  let rig: ClusterRig

  before(async () => {
    rig = await ClusterRig.open({ strimzi: false })
  })
  after(async () => {
    await rig[Symbol.asyncDispose]()
  })

  test(`${String(SEEDS)} seeds, each of which converges to the plan`, async (t) => {
    t.diagnostic(`PEERPROBE_SEED=${String(FIRST)}`)

    const made: string[][] = []

    for (let start = 0; start < SEEDS; start += AT_ONCE) {
      made.push(...await Promise.all(Array.from({ length: Math.min(AT_ONCE, SEEDS - start) }, async (_, i) => await converges(FIRST + start + i))))
    }

    // A short run of one seed may meet no faults.
    assert.ok(made.flat().length > 0, 'something went wrong on the way')
  })

  // The key of a scan stays when the scan is removed, so that the scan can return as the same peer.
  // Whether the key was created before that is random.
  const planned = async (namespace: string): Promise<string[]> => (await rig.objects(namespace)).filter(text => text !== 'Secret/amino-identity-fil')

  // The kinds of faults that occurred.
  async function converges (seed: number): Promise<string[]> {
    const namespace = `seed-${String(seed)}`
    using folder = new TempFolder()
    await using proxy = await FaultyProxy.open(rig.kubeconfig, seeded(seed))
    writeFileSync(folder.file('kubeconfig'), JSON.stringify(proxy.kubeconfig))
    await rig.namespace(namespace)
    const other = { name: 'fil', network: { preset: 'filecoin' } }
    await rig.probe(namespace, { scans: [{ name: 'main', network: { preset: 'ipfs' } }, other] })
    // A lost lease ends the process; Kubernetes restarts it.
    const start = (): OperatorProcess => new OperatorProcess(folder.file('kubeconfig'), ['--no-pod-status', '--namespace', namespace, '--lease-namespace', namespace])
    let operator = start()
    const life = new AbortController()
    const restarting = (async () => {
      for (;;) {
        await operator.ended
        if (life.signal.aborted) {
          return
        }
        operator = start()
      }
    })()

    try {
      await delay(FAULTY_MS / 2)
      await rig.probe(namespace, { scans: [{ name: 'main', network: { preset: 'ipfs' }, active: { interval: '20m' } }] })
      await delay(FAULTY_MS / 2)
      proxy.isFaulty = false
      await until(`${namespace} is as planned`, async () => {
        return (await rig.condition(namespace, 'Ready'))?.status === 'True' && !(await planned(namespace)).some(text => text.includes('fil'))
      }, 180_000)
    } catch (err) {
      const condition = JSON.stringify(await rig.condition(namespace, 'Ready'))
      throw new TypeError(`seed ${String(seed)}: ${condition} ${JSON.stringify(proxy.made)} ${operator.output.slice(-3_000)}`, { cause: err })
    } finally {
      life.abort()
      await operator.kill()
      await restarting
    }

    const objects = (await planned(namespace)).map(text => text.replace(/-[0-9a-f]{8}$/, ''))
    assert.deepEqual(objects, [
      'ConfigMap/amino-consumer',
      'ConfigMap/amino-crawler-main',
      'ConfigMap/amino-prepare',
      'ConfigMap/amino-retention',
      'ConfigMap/amino-sessions',
      'CronJob/amino-retention',
      'CronJob/amino-sessions',
      'Deployment/amino-consumer',
      'Deployment/amino-crawler-main',
      'Job/amino-prepare',
      'NetworkPolicy/amino-consumer',
      'NetworkPolicy/amino-crawler-main',
      'Secret/amino-hash-key',
      'Secret/amino-identity-main',
      'ServiceAccount/amino-peerprobe'
    ], `seed ${String(seed)}: ${JSON.stringify(proxy.made)}`)

    return Object.keys(proxy.made).filter(kind => kind !== 'none')
  }
})
