// An operator that is killed as soon as it has written: the next one continues from there, and creates nothing twice.
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { ClusterRig, missingCluster } from '../../support/cluster/cluster-rig.ts'
import { OPERATOR_USER } from '../../support/cluster/operator-process.ts'
import { StandInStrimzi } from '../../support/cluster/stand-in-strimzi.ts'
import { until } from '../../support/until.ts'
import type { OperatorProcess } from '../../support/cluster/operator-process.ts'

const LIMIT_MS = 120_000
const specOf = (name: string): object => ({
  kafka: { strimzi: { cluster: 'events', namespace: 'kafka' }, authentication: { type: 'scram-sha-512' }, topic: { name }, consumerGroup: name },
  scans: [{ name: 'main', network: { preset: 'ipfs' }, passive: { enabled: true, expose: { type: 'NodePort' } } }]
})
const KINDS = 'deployment,job,cronjob,configmap,serviceaccount,networkpolicy,poddisruptionbudget,service'

suite('an operator that is killed', missingCluster === undefined ? {} : { skip: missingCluster }, () => {
  test('as soon as it has written leaves a state from which the next one reaches the plan', async (t) => {
    await using stack = new AsyncDisposableStack()
    const rig = stack.use(await ClusterRig.open())
    stack.use(await StandInStrimzi.open(rig.plane, 'whole, cut'))
    const first = rig.operator()
    await rig.namespace('whole')
    await rig.probe('whole', specOf('whole'))
    await rig.untilReady('whole', 'True')
    const wanted = plain(await rig.objects('whole', KINDS))
    await first.kill()
    await rig.namespace('cut')
    await rig.probe('cut', specOf('cut'))
    let kills = 0

    for (let isReady = false; !isReady; kills++) {
      assert.ok(kills < 60, 'it makes no progress')
      // As if the lease had expired: otherwise the test would only wait for that.
      await rig.plane.kubectl(['delete', 'lease', 'peerprobe-operator', '-n', 'default', '--ignore-not-found'])
      const operator = rig.operator()
      await until('it has written once, or has nothing to write', async () =>
        writesOf(operator) > 0 || (await rig.condition('cut', 'Ready'))?.status === 'True', LIMIT_MS)
      isReady = writesOf(operator) === 0
      await operator.kill()
    }

    t.diagnostic(`${String(kills)} kills`)
    assert.ok(kills >= 5, String(kills))
    assert.deepEqual(plain(await rig.objects('cut', KINDS)), wanted)
    const failed = (await rig.plane.audit()).filter(({ user, verb, responseStatus }) => user.username === OPERATOR_USER && verb === 'create' && responseStatus?.code === 409)
    assert.deepEqual(failed.filter(({ objectRef }) => objectRef?.resource !== 'leases'), [])
  })
})

// The name of the prepare Job depends on what it prepares, including the user's name.
function plain (objects: string[]): string[] {
  return objects.map(text => text.replace(/prepare-[0-9a-f]{8}/, 'prepare'))
}

function writesOf ({ output }: OperatorProcess): number {
  return output.split('"msg":"object written"').length - 1
}
