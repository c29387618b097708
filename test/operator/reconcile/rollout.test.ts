import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { Rollout } from '../../../operator/reconcile/rollout.ts'
import { imageOf } from '../../../operator/reconcile/running-image.ts'
import { FakeClock } from '../../support/fake-clock.ts'

const ready = { running: 'old', isReady: true }

suite('Rollout', () => {
  test('gives the new image to one at a time, and to the next when that one has settled', () => {
    const rollout = new Rollout(new FakeClock())

    assert.equal(rollout.imageFor('a', 'new', ready), 'new')
    assert.equal(rollout.imageFor('b', 'new', ready), 'old')
    assert.equal(rollout.imageFor('a', 'new', { ...ready, running: 'new' }), 'new')
    rollout.settled('b')
    assert.equal(rollout.imageFor('b', 'new', ready), 'old')
    rollout.settled('a')
    assert.equal(rollout.imageFor('b', 'new', ready), 'new')
  })

  test('holds up nobody who has nothing to lose, and nobody for ever', async () => {
    const clock = new FakeClock()
    const rollout = new Rollout(clock)
    rollout.imageFor('a', 'new', ready)

    assert.equal(rollout.imageFor('b', 'new', { running: 'old', isReady: false }), 'new')
    assert.equal(rollout.imageFor('c', 'new', { running: undefined, isReady: true }), 'new')
    await clock.advance(600_000)
    assert.equal(rollout.imageFor('d', 'new', ready), 'old')
    await clock.advance(1)
    assert.equal(rollout.imageFor('d', 'new', ready), 'new')
  })
})

test('imageOf reads a Deployment\'s first container', () => {
  assert.equal(imageOf({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'a' }, spec: { template: { spec: { containers: [{ image: 'x' }, { image: 'y' }] } } } }), 'x')
  assert.equal(imageOf(undefined), undefined)
})
