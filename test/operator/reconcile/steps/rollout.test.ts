import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { imageOf, imagesOf } from '../../../../operator/reconcile/observe/running-image.ts'
import { Rollout } from '../../../../operator/reconcile/steps/rollout.ts'
import { FakeClock } from '../../../support/fake-clock.ts'
import type { KubeObject } from '../../../../operator/runtime/kube-object.ts'

const old = { workload: 'old', pullSecrets: ['theirs'] }
const wanted = { workload: 'new' }
const ready = { running: old, isReady: true }

suite('Rollout', () => {
  test('gives the new image to one at a time, and to the next when that one is ready', () => {
    const rollout = new Rollout(new FakeClock())

    assert.deepEqual(rollout.imagesFor('a', wanted, ready), wanted)
    assert.deepEqual(rollout.imagesFor('b', wanted, ready), old)
    assert.deepEqual(rollout.imagesFor('a', wanted, { ...ready, running: wanted }), wanted)
    rollout.settled('b')
    assert.deepEqual(rollout.imagesFor('b', wanted, ready), old)
    rollout.settled('a')
    assert.deepEqual(rollout.imagesFor('b', wanted, ready), wanted)
  })

  test('does not delay PeerProbes that are not ready, and delays none forever', async () => {
    const clock = new FakeClock()
    const rollout = new Rollout(clock)
    rollout.imagesFor('a', wanted, ready)

    assert.deepEqual(rollout.imagesFor('b', wanted, { running: old, isReady: false }), wanted)
    assert.deepEqual(rollout.imagesFor('c', wanted, { running: undefined, isReady: true }), wanted)
    await clock.advance(600_000)
    assert.deepEqual(rollout.imagesFor('d', wanted, ready), old)
    await clock.advance(1)
    assert.deepEqual(rollout.imagesFor('d', wanted, ready), wanted)
  })
})

test('the running image and its pull settings are read from a Deployment\'s first container', () => {
  const deployment = (spec: object): KubeObject => ({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'a' }, spec: { template: { spec } } })

  assert.equal(imageOf(deployment({ containers: [{ image: 'x' }, { image: 'y' }] })), 'x')
  assert.equal(imageOf(undefined), undefined)
  assert.deepEqual(imagesOf(deployment({ containers: [{ image: 'x', imagePullPolicy: 'Always' }], imagePullSecrets: [{ name: 'a' }, { name: 'b' }] })), { workload: 'x', pullSecrets: ['a', 'b'], pullPolicy: 'Always' })
})
