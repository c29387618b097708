import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { z } from 'zod'
import { durationRule, isRecord, valueAt, withRules } from '../../../operator/api/rules.ts'
import { problems, wrongFields } from './problems.ts'

const rule = { cel: 'self.a <= self.b', path: ['a'], message: 'must not exceed b', holds: (value: Record<string, unknown>) => !(Number(value['a']) > Number(value['b'])) }

suite('rules', () => {
  test('a broken rule reports its field and its message', () => {
    const schema = withRules(z.strictObject({ a: z.int(), b: z.int() }), 'Two numbers.', [rule])

    assert.deepEqual(problems(schema, { a: 2, b: 1 }), ['a: must not exceed b'])
    assert.deepEqual(problems(schema, { a: 1, b: 1 }), [])
  })

  test('a rule is checked even if other fields have the wrong type or are unknown', () => {
    const schema = withRules(z.strictObject({ a: z.int(), b: z.int(), c: z.string() }), 'Three.', [rule])

    assert.deepEqual(wrongFields(schema, { a: 2, b: 1, c: 3, d: 4 }).sort(), ['a', 'c', 'd'])
    assert.deepEqual(wrongFields(schema, 'text'), ['(top level)'])
  })

  test('the schema contains a rule as CEL with its field', () => {
    const schema = withRules(z.strictObject({ a: z.int() }), 'One.', [rule, { cel: 'true', path: [], message: 'never' }])

    assert.deepEqual(z.globalRegistry.get(schema)?.['x-kubernetes-validations'], [
      { rule: 'self.a <= self.b', message: 'must not exceed b', fieldPath: '.a' },
      { rule: 'true', message: 'never' }
    ])
  })

  test('a duration rule includes its bounds, and leaves missing or malformed values to the schema', () => {
    const { cel, holds } = durationRule(['x', 'wait'], { min: '1s', max: '2m' })

    assert.equal(cel, 'duration(self.x.wait) >= duration(\'1s\') && duration(self.x.wait) <= duration(\'2m\')')
    for (const [wait, expected] of [['1s', true], ['120s', true], ['999ms', false], ['3m', false], ['soon', true], [5, true], [undefined, true]] as const) {
      assert.equal(holds?.({ x: { wait } }), expected, String(wait))
    }
    assert.equal(holds?.({}), true)
  })

  test('values are found at paths through any shape', () => {
    assert.equal(valueAt({ a: [{ b: 1 }] }, ['a', 0, 'b']), 1)
    assert.equal(valueAt({ a: null }, ['a', 'b']), undefined)
    assert.equal(valueAt('text', ['length']), undefined)
    assert.equal(isRecord([]), false)
    assert.equal(isRecord(null), false)
  })
})
