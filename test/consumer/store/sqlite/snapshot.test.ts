import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { SqliteSnapshot } from '../../../../consumer/store/sqlite/snapshot.ts'
import { isProbeError } from '../../../../core/errors.ts'
import { openDatabase } from '../../../../core/files/sqlite.ts'
import { TempFolder } from '../../../support/temp-folder.ts'

suite('SqliteSnapshot', () => {
  test('says that a database has no tables yet', () => {
    using folder = new TempFolder()
    openDatabase(folder.file('store.db'), { busyTimeoutMs: 0 }).close()

    assert.throws(() => SqliteSnapshot.open(folder.file('store.db'), 0), err => isProbeError(err, 'PP_STORE_SCHEMA'))
  })

  test('makes no file where there is none', () => {
    using folder = new TempFolder()

    assert.throws(() => SqliteSnapshot.open(folder.file('store.db'), 0), err => isProbeError(err, 'PP_FILE_UNUSABLE'))
  })
})
