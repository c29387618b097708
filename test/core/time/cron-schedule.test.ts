import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { comesAgain, CronSchedule } from '../../../core/time/cron-schedule.ts'

const next = (text: string, after: string): string | undefined => {
  const ms = new CronSchedule(text).nextAfter(Date.parse(after))

  return ms === undefined ? undefined : new Date(ms).toISOString().slice(0, 16)
}

suite('CronSchedule', () => {
  test('comes at the times at which a CronJob of Kubernetes would start a Job', () => {
    // By the rules of https://pkg.go.dev/github.com/robfig/cron/v3; 2026-12-01 is a Tuesday.
    const table: [schedule: string, after: string, next: string][] = [
      ['0 2 * * *', '2026-12-01T01:59:59.999Z', '2026-12-01T02:00'],
      ['0 2 * * *', '2026-12-01T02:00:00.000Z', '2026-12-02T02:00'],
      ['*/15 * * * *', '2026-12-01T04:00:00.012Z', '2026-12-01T04:15'],
      ['5/10 * * * *', '2026-12-01T04:00:00.000Z', '2026-12-01T04:05'],
      ['0 6-20/7 * * *', '2026-12-01T06:00:00.000Z', '2026-12-01T13:00'],
      ['0 0 13 * fri', '2026-12-01T00:00:00.000Z', '2026-12-04T00:00'],
      ['0 0 13 * fri', '2026-12-11T00:00:00.000Z', '2026-12-13T00:00'],
      ['0 0 * * 0,mon', '2026-12-01T00:00:00.000Z', '2026-12-06T00:00'],
      ['0 0 1 jan-mar *', '2026-12-01T00:00:00.000Z', '2027-01-01T00:00'],
      ['0 2 29 2 *', '2026-12-01T00:00:00.000Z', '2028-02-29T02:00']
    ]

    assert.deepEqual(table.map(([schedule, after]) => [schedule, next(schedule, after)]), table.map(([schedule, , at]) => [schedule, at]))
  })

  test('is in UTC, whatever the clock of the machine shows, also when that one is set back', () => {
    assert.equal(next('30 2 * * *', '2026-10-25T00:59:00.000Z'), '2026-10-25T02:30')
  })
})

suite('comesAgain', () => {
  test('is false for a date that no year has, for a range that ends before it begins, and for what is no schedule', () => {
    const now = Date.parse('2026-12-01T00:00:00Z')

    assert.deepEqual(['0 2 * * *', '0 2 29 2 *', '0 2 31 2 *', '0 22-4 * * *', 'daily', ''].map(text => comesAgain(text, now)), [true, true, false, false, false, false])
  })
})
