import assert from 'node:assert/strict'
import { test } from 'node:test'
import { withinLimit } from '../../../../../consumer/store/mysql/server/time-limit.ts'
import { FakeClock } from '../../../../support/fake-clock.ts'

test('withinLimit calls when the wait takes longer, and not once it is over', async () => {
  const clock = new FakeClock()
  const { promise, resolve } = Promise.withResolvers<string>()
  let due = 0
  const onDue = (): void => {
    due++
    resolve('given up')
  }
  const waiting = withinLimit({ clock, ms: 10, onDue }, promise)
  await clock.advance(10)

  assert.equal(await waiting, 'given up')
  assert.equal(await withinLimit({ clock, ms: 10, onDue }, Promise.resolve('there')), 'there')
  await assert.rejects(withinLimit({ clock, ms: 10, onDue }, Promise.reject(new TypeError('fails'))), TypeError)
  await clock.advance(1_000)
  assert.equal(due, 1)
})
