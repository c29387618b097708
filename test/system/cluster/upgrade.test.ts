// Another version of the operator takes over: running workloads must not change while image and templates stay the same.
import assert from 'node:assert/strict'
import { cpSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { suite, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { imageOf } from '../../../operator/reconcile/observe/running-image.ts'
import { ClusterRig, missingCluster } from '../../support/cluster/cluster-rig.ts'
import { OPERATOR_USER } from '../../support/cluster/operator-process.ts'
import { quiet, writesOf } from '../../support/cluster/quiet.ts'
import { StandInStrimzi } from '../../support/cluster/stand-in-strimzi.ts'
import { TempFolder } from '../../support/temp-folder.ts'
import { until } from '../../support/until.ts'
import type { KubeObject } from '../../../operator/runtime/kube-object.ts'

const ROOT = fileURLToPath(new URL('../../../', import.meta.url))
const LIMIT_MS = 120_000
const QUIET_MS = 3_000
const REST_MS = 10_000

suite('another version of the operator', missingCluster === undefined ? {} : { skip: missingCluster }, () => {
  test('writes nothing, and restarts no pod', async () => {
    await using stack = new AsyncDisposableStack()
    using folder = new TempFolder()
    const rig = stack.use(await ClusterRig.open())
    stack.use(await StandInStrimzi.open(rig.plane, 'strimzi'))
    const first = rig.operator()
    await rig.namespace('plain')
    await rig.namespace('strimzi')
    await rig.probe('plain', { consumer: { replicas: 2 } })
    await rig.probe('strimzi', { kafka: { strimzi: { cluster: 'events', namespace: 'kafka' }, authentication: { type: 'scram-sha-512' } } })
    await rig.untilReady('plain', 'True')
    await rig.untilReady('strimzi', 'True')
    await quiet(rig.plane, QUIET_MS)
    assert.equal(await first.stop(), 0)
    const before = await podsOf(rig)
    const { length } = await writesOf(rig.plane)

    await using second = rig.operator([], sourceOf('9.9.9', folder.path))
    await until('it leads', async () => {
      const { spec } = await rig.plane.get<{ spec: { holderIdentity?: string } }>('lease', 'peerprobe-operator', '-n', 'default')
      return spec.holderIdentity?.endsWith(`-${String(second.pid)}`) === true
    }, LIMIT_MS)
    await until('its caches are filled', () => second.output.includes('caches filled'), LIMIT_MS)
    await delay(REST_MS)

    assert.deepEqual((await writesOf(rig.plane)).slice(length), [])
    assert.deepEqual(await podsOf(rig), before)
    assert.equal(before.length, 7)
  })
})

suite('another image', missingCluster === undefined ? {} : { skip: missingCluster }, () => {
  test('reaches consumers before crawlers, and one PeerProbe at a time', async () => {
    await using rig = await ClusterRig.open({ strimzi: false })
    const names = ['one', 'two', 'three']
    const first = rig.operator()

    for (const name of names) {
      await rig.namespace(name)
      await rig.probe(name)
    }
    await Promise.all(names.map(async (name) => {
      await rig.untilReady(name, 'True')
    }))
    assert.equal(await first.stop(), 0)
    const { length } = await rig.plane.audit()
    rig.operator(['--workload-image', 'peerprobe:next'])
    await until('all have the image', async () => (await imagesOf(rig)).every(image => image === 'peerprobe:next'), LIMIT_MS)

    const rolled = (await rig.plane.audit()).slice(length)
      .filter(({ user, verb, objectRef }) => user.username === OPERATOR_USER && verb === 'patch' && objectRef?.resource === 'deployments')
      .map(({ objectRef }) => `${objectRef?.namespace ?? ''} ${objectRef?.name ?? ''}`)
    const order = [...new Set(rolled.map(text => text.split(' ')[0]))]

    assert.deepEqual(rolled, order.flatMap(name => [`${String(name)} amino-consumer`, `${String(name)} amino-crawler-main`]))
    assert.equal(order.length, names.length)
  })
})

async function imagesOf (rig: ClusterRig): Promise<(string | undefined)[]> {
  const { items } = await rig.plane.get<{ items: KubeObject[] }>('deployments', '-A')

  return items.map(imageOf)
}

async function podsOf (rig: ClusterRig): Promise<string[]> {
  const { items } = await rig.plane.get<{ items: KubeObject[] }>('pods', '-A')

  return items.map(({ metadata: { namespace = '', name, uid = '' } }) => `${namespace}/${name} ${uid}`).sort()
}

// The rooms that an operator needs, with another version in package.json.
function sourceOf (version: string, folder: string): string {
  for (const room of ['operator', 'core']) {
    cpSync(`${ROOT}${room}`, `${folder}/${room}`, { recursive: true })
  }

  symlinkSync(`${ROOT}node_modules`, `${folder}/node_modules`)
  writeFileSync(`${folder}/package.json`, JSON.stringify({ ...JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8')) as object, version }))

  return folder
}
