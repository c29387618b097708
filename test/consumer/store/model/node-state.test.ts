import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { mergeNodeStates } from '../../../../consumer/store/model/node-state.ts'
import type { NodeState } from '../../../../consumer/store/model/node-state.ts'

const time = fc.constantFrom('2026-01-01 00:00:00.000', '2026-01-01 00:00:01.000', '2026-01-01 00:00:02.000')
const value = fc.constantFrom('a', 'b', '￿', '😀')
const plain = { noNullPrototype: true }
const anyContact = fc.tuple(time, time, value).map(([a, b, discoveryType]) => ({ firstSeen: a < b ? a : b, lastSeen: a < b ? b : a, discoveryType }))
const anyIdentity = fc.record({ at: time, agentVersion: fc.option(value), protocolVersion: fc.option(value), latencyNs: fc.option(fc.nat(3)) }, plain)
const anyState: fc.Arbitrary<NodeState> = fc.record({
  nodeId: fc.constant('QmPeer'),
  contact: fc.option(anyContact, { nil: undefined }),
  identity: fc.option(anyIdentity, { nil: undefined }),
  tried: fc.record({ at: time, outcome: value }, plain)
}, plain)

suite('mergeNodeStates', () => {
  test('is commutative, associative and idempotent', () => {
    fc.assert(fc.property(anyState, anyState, anyState, (a, b, c) => {
      assert.deepEqual(mergeNodeStates(a, b), mergeNodeStates(b, a))
      assert.deepEqual(mergeNodeStates(mergeNodeStates(a, b), c), mergeNodeStates(a, mergeNodeStates(b, c)))
      assert.deepEqual(mergeNodeStates(a, a), a)
    }))
  })

  test('lets a later identification without an agent overwrite an earlier one', () => {
    const tried = { at: '2026-01-01 00:00:00.000', outcome: 'ok' }
    const identified = (second: number, agentVersion: string | null): NodeState => {
      const identity = { at: `2026-01-01 00:00:0${String(second)}.000`, agentVersion, protocolVersion: null, latencyNs: null }

      return { nodeId: 'QmPeer', contact: undefined, tried, identity }
    }

    assert.equal(mergeNodeStates(identified(0, 'a'), identified(1, null)).identity?.agentVersion, null)
    assert.equal(mergeNodeStates(identified(0, 'a'), identified(0, null)).identity?.agentVersion, 'a')
  })
})
