import assert from 'node:assert/strict'
import { test } from 'node:test'
import { defined } from '../../core/defined.ts'

test('a field without a value is absent; null, false, zero and the empty text are values', () => {
  const record: { a?: number, b?: string | null, c?: boolean, d?: string, e?: string } = defined({ a: 0, b: null, c: false, d: '', e: undefined as string | undefined })

  assert.deepEqual(record, { a: 0, b: null, c: false, d: '' })
  assert.ok(!('e' in record))
})

test('the order of the fields stays', () => {
  assert.deepEqual(Object.keys(defined({ z: 1, y: undefined, a: 2 })), ['z', 'a'])
})
