import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { CronText } from '../../../operator/api/cron.ts'

suite('CronText', () => {
  test('accepts what Kubernetes accepts', () => {
    for (const schedule of ['30 3 * * *', '*/15 * * * *', '0 0,12 1-15 jan,jul mon-fri', '59 23 31 12 6', '05 08 01 01 0', '0-30/5 * * * *']) {
      assert.equal(CronText.safeParse(schedule).success, true, schedule)
    }
  })

  test('refuses values out of range, missing fields and other notations', () => {
    for (const schedule of ['60 3 * * *', '0 24 * * *', '0 0 0 * *', '0 0 32 * *', '0 0 * 13 *', '0 0 * * 7', '30 3 * *', '30 3 * * * *', '@daily', '*/0 * * * *', '1- * * * *', '', 'soon', '30  3 * * *']) {
      assert.equal(CronText.safeParse(schedule).success, false, schedule)
    }
  })
})
