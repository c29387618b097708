import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { BackupSpec, RetentionSpec } from '../../../operator/api/upkeep-spec.ts'
import { wrongFields } from './problems.ts'

suite('upkeep', () => {
  test('keeps 30 days and backs nothing up unless asked', () => {
    assert.deepEqual(RetentionSpec.parse(undefined), { after: '720h', schedule: '30 3 * * *' })
    assert.deepEqual(BackupSpec.parse(undefined), { enabled: false, schedule: '0 2 * * *', keep: '168h' })
  })

  test('refuses to remove what has barely come, and schedules that never come', () => {
    assert.deepEqual(wrongFields(RetentionSpec, { after: '1m', schedule: '99 3 * * *' }), ['schedule', 'after'])
    assert.deepEqual(wrongFields(BackupSpec, { keep: '1s', schedule: 'daily' }), ['schedule', 'keep'])
  })
})
