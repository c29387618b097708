import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { targetOf } from '../../../cli/topics/offset-target.ts'

suite('targetOf', () => {
  test('reads each way to say where a group shall go on', () => {
    assert.equal(targetOf({ toEarliest: true }), 'earliest')
    assert.equal(targetOf({ toLatest: true }), 'latest')
    assert.deepEqual(targetOf({ toDatetime: '2026-01-31T08:00:00Z' }), { atMs: Date.UTC(2026, 0, 31, 8) })
    assert.deepEqual(targetOf({ toDatetime: '2026-01-31T08:00+01:00' }), { atMs: Date.UTC(2026, 0, 31, 7) })
  })

  test('takes exactly one, and no time without its zone', () => {
    for (const options of [{}, { toEarliest: true, toLatest: true }, { toLatest: true, toDatetime: '2026-01-31T08:00:00Z' }]) {
      assert.throws(() => targetOf(options), { code: 'PP_CONFIG_INVALID', message: 'give exactly one of --to-earliest, --to-latest and --to-datetime' })
    }
    for (const toDatetime of ['yesterday', '2026-01-31T08:00:00', '2026-01-31', '2026-13-31T08:00:00Z', '1769846400000']) {
      assert.throws(() => targetOf({ toDatetime }), { code: 'PP_CONFIG_INVALID', message: '--to-datetime: must be a time such as 2026-01-31T08:00:00Z' })
    }
  })
})
