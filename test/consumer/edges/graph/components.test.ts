import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { Components } from '../../../../consumer/edges/graph/components.ts'

// Spreads the smallest position along the pairs until nothing changes.
function labelsOf (count: number, pairs: readonly (readonly [number, number])[]): number[] {
  const labels = Array.from({ length: count }, (_, i) => i)

  for (let changed = true; changed;) {
    changed = false
    for (const [a, b] of pairs) {
      const least = Math.min(labels[a]!, labels[b]!)
      changed ||= labels[a] !== labels[b]
      labels[a] = least
      labels[b] = least
    }
  }

  return labels
}

suite('Components', () => {
  test('are those that a slow way finds, whatever is joined', () => {
    const graphs = fc.integer({ min: 1, max: 30 }).chain((count) => {
      const position = fc.nat(count - 1)

      return fc.tuple(fc.constant(count), fc.array(fc.tuple(position, position), { maxLength: 40 }))
    })
    fc.assert(fc.property(graphs, ([count, pairs]) => {
      const components = new Components(count)
      for (const [a, b] of pairs) {
        components.join(a, b)
      }
      const labels = labelsOf(count, pairs)
      const all = [...labels.keys()]

      assert.equal(all.filter(i => components.isRoot(i)).length, new Set(labels).size)
      assert.deepEqual(all.map(i => components.sizeOf(i)), labels.map(label => labels.filter(other => other === label).length))
    }))
  })
})
