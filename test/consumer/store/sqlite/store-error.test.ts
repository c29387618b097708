import assert from 'node:assert/strict'
import { test } from 'node:test'
import { asStoreError } from '../../../../consumer/store/sqlite/store-error.ts'
import { isProbeError } from '../../../../core/errors.ts'

const sqlite = (errcode: number): Error => Object.assign(new TypeError('reason'), { code: 'ERR_SQLITE_ERROR', errcode })

test('asStoreError gives each kind of failure its code, with path and cause, and passes foreign errors', () => {
  for (const [errcode, code] of [[5, 'PP_STORE_CONFLICT'], [1_811, 'PP_STORE_DATA'], [3_091, 'PP_STORE_DATA'], [1, 'PP_STORE_SCHEMA'], [13, 'PP_STORE_UNAVAILABLE'], [11, 'PP_FILE_UNUSABLE'], [26, 'PP_FILE_UNUSABLE'], [14, 'PP_FILE_UNUSABLE'], [1032, 'PP_FILE_UNUSABLE']] as const) {
    const cause = sqlite(errcode)
    const err = asStoreError(cause, 'store.db')
    assert.ok(isProbeError(err, code) && err.cause === cause && err.message.includes('store.db'), code)
  }

  const foreign = new TypeError('x')
  assert.equal(asStoreError(foreign, 'store.db'), foreign)
})
