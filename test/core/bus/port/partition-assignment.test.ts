import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { partitionsFor } from '../../../../core/bus/port/partition-assignment.ts'

suite('partitionsFor', () => {
  test('deals each partition to exactly one member, evenly, in whatever order the members are listed', () => {
    fc.assert(fc.property(fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 1, maxLength: 6 }), fc.integer({ min: 0, max: 20 }), (members, count) => {
      const partitions = Array.from({ length: count }, (_, i) => i)
      const dealt = members.map(member => [...partitionsFor(member, members.toReversed(), partitions)])
      assert.deepEqual(dealt.flat().sort((a, b) => a - b), partitions)
      assert.ok(Math.max(...dealt.map(({ length }) => length)) - Math.min(...dealt.map(({ length }) => length)) <= 1)
    }))
  })

  test('gives nothing to one who is not a member', () => {
    assert.equal(partitionsFor('stranger', ['a'], [0, 1]).size, 0)
  })
})
