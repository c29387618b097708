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

  test('refuses a range that ends before it begins, and says how to write it', () => {
    for (const schedule of ['0 22-4 * * *', '0 0 * * fri-mon', '30-5/5 * * * *']) {
      assert.deepEqual(CronText.safeParse(schedule).error?.issues.map(({ message }) => message), ['has a range that ends before it begins: write it as two, such as "22-23,0-4" for "22-4"'])
    }
    assert.equal(CronText.safeParse('0 22-23,0-4 31 feb *').success, true, 'it never comes, but is a schedule')
  })
})
