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
const anyPlace = fc.record({ at: time, country: fc.option(value), asn: fc.option(fc.nat(2)), organisation: fc.option(value), cloud: fc.option(value) }, plain)
const anyState: fc.Arbitrary<NodeState> = fc.record({
  nodeId: fc.constant('QmPeer'),
  contact: fc.option(anyContact, { nil: undefined }),
  identity: fc.option(anyIdentity, { nil: undefined }),
  place: fc.option(anyPlace, { nil: undefined }),
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

  test('keeps the last place as a whole: no number of one system with the name of another', () => {
    const placed = (second: number, asn: number | null, organisation: string | null): NodeState => {
      const at = `2026-01-01 00:00:0${String(second)}.000`

      return { nodeId: 'QmPeer', contact: undefined, identity: undefined, tried: { at, outcome: 'ok' }, place: { at, country: 'DE', asn, organisation, cloud: 'none' } }
    }

    assert.deepEqual(mergeNodeStates(placed(1, 1, 'one'), placed(0, 2, 'two')).place?.organisation, 'one')
    assert.deepEqual(mergeNodeStates(placed(0, 1, 'one'), placed(1, null, null)).place?.asn, null)
    const { asn, organisation } = mergeNodeStates(placed(0, 1, 'z'), placed(0, 2, 'a')).place ?? {}
    assert.deepEqual([asn, organisation], [2, 'a'])
  })

  test('lets a later identification without an agent overwrite an earlier one', () => {
    const tried = { at: '2026-01-01 00:00:00.000', outcome: 'ok' }
    const identified = (second: number, agentVersion: string | null): NodeState => {
      const identity = { at: `2026-01-01 00:00:0${String(second)}.000`, agentVersion, protocolVersion: null, latencyNs: null }

      return { nodeId: 'QmPeer', contact: undefined, place: undefined, tried, identity }
    }

    assert.equal(mergeNodeStates(identified(0, 'a'), identified(1, null)).identity?.agentVersion, null)
    assert.equal(mergeNodeStates(identified(0, 'a'), identified(0, null)).identity?.agentVersion, 'a')
  })
})
