import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { BackupSpec, RetentionSpec } from '../../../operator/api/upkeep-spec.ts'
import { wrongFields } from './problems.ts'

suite('upkeep', () => {
  test('keeps 30 days and makes no backups by default', () => {
    assert.deepEqual(RetentionSpec.parse(undefined), { after: '720h', schedule: '30 3 * * *' })
    assert.deepEqual(BackupSpec.parse(undefined), { enabled: false, schedule: '0 2 * * *', keep: '168h' })
  })

  test('refuses to remove recent rows, and refuses impossible schedules', () => {
    assert.deepEqual(wrongFields(RetentionSpec, { after: '1m', schedule: '99 3 * * *' }), ['schedule', 'after'])
    assert.deepEqual(wrongFields(BackupSpec, { keep: '1s', schedule: 'daily' }), ['schedule', 'keep'])
  })
})
