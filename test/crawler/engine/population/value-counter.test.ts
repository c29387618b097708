import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { Distribution, TOP_VALUES } from '../../../../core/contracts/crawl.ts'
import { MAX_DISTINCT, VALUE_CHARS, ValueCounter } from '../../../../crawler/engine/population/value-counter.ts'

const sum = ({ top, other }: Distribution): number => top.reduce((total, { count }) => total + count, other)

suite('ValueCounter', () => {
  test('lists the most frequent values first', () => {
    const counter = new ValueCounter()
    'b a b c b a'.split(' ').forEach((value) => {
      counter.add(value)
    })

    assert.deepEqual(counter.distribution(), { top: [{ value: 'b', count: 3 }, { value: 'a', count: 2 }, { value: 'c', count: 1 }], other: 0 })
  })

  test('sums up values that are not among the top 200', () => {
    const counter = new ValueCounter()

    for (let i = 0; i < 300; i++) {
      counter.add(String(i))
    }

    assert.deepEqual([counter.distribution().top.length, counter.distribution().other], [TOP_VALUES, 100])
  })

  test('keeps frequent values among any number of invented ones, and loses no count', () => {
    const counter = new ValueCounter()

    for (let i = 0; i < 5 * MAX_DISTINCT; i++) {
      counter.add(`invented ${String(i)}`)

      if (i % 20 === 0) {
        counter.add('kubo')
      }
    }

    const distribution = counter.distribution()
    assert.deepEqual(distribution.top[0], { value: 'kubo', count: 5 * MAX_DISTINCT / 20 })
    assert.equal(sum(distribution), 5 * MAX_DISTINCT + 5 * MAX_DISTINCT / 20)
  })

  test('cuts and cleans values for the message', () => {
    const counter = new ValueCounter()
    counter.add('x'.repeat(1_000))
    counter.add('\u001b')
    const distribution = Distribution.parse(counter.distribution())

    assert.deepEqual(distribution.top.map(({ value }) => value), ['x'.repeat(VALUE_CHARS), '\ufffd'])
  })
})
