import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { pino } from 'pino'
import { BackupLoop } from '../../../../consumer/jobs/daily-backup/backup-loop.ts'
import { ProbeError } from '../../../../core/errors.ts'
import { CronSchedule } from '../../../../core/time/cron-schedule.ts'
import { FakeClock } from '../../../support/fake-clock.ts'
import type { BackupManifest } from '../../../../consumer/backup/backup-manifest.ts'

const HOUR_MS = 3_600_000
const NOON = Date.UTC(2026, 11, 1, 12)

const manifestOf = (takenMs: number): BackupManifest => {
  const takenAt = new Date(takenMs).toISOString()

  return { version: 1, file: `peerprobe-${takenAt}`, kind: 'sqlite', serverVersion: '3', schemaVersion: 1, takenAt, finishedAt: takenAt, bytes: 7, rawBytes: 9, sha256: '', rows: {} }
}

interface Fixture {
  clock: FakeClock
  loop: BackupLoop
  made: string[]
  failed: string[]
  logged: string[]

  /** Why the next backups fail, and why the folder cannot be read at first. */
  faults: Error[]
  unreadable: Error[]

  stop: AbortController
  begin: () => Promise<void>
}

function fixture ({ before = [], schedule = '0 2 * * *' }: { before?: number[], schedule?: string } = {}): Fixture {
  const clock = new FakeClock(NOON)
  const made: string[] = []
  const failed: string[] = []
  const logged: string[] = []
  const faults: Error[] = []
  const unreadable: Error[] = []
  const stop = new AbortController()
  const loop = new BackupLoop({
    clock,
    log: pino({ level: 'info' }, { write: (line) => {
      logged.push((JSON.parse(line) as { msg: string }).msg)
    } }),
    schedule: new CronSchedule(schedule),
    list: async () => {
      if (unreadable.length > 0) {
        throw unreadable.shift()!
      }

      return before.map(manifestOf)
    },
    pathOf: file => `/backups/${file}`,
    backUp: async () => {
      const fault = faults.shift()

      if (fault !== undefined) {
        throw fault
      }
      made.push(new Date(clock.now()).toISOString().slice(5, 16))

      return manifestOf(clock.now())
    },
    onFailure: (code) => {
      failed.push(code)
    }
  })

  return { clock, loop, made, failed, logged, faults, unreadable, stop, begin: async () => {
    await loop.run(stop.signal)
  } }
}

suite('BackupLoop', () => {
  test('makes the first backup at once, then one at each scheduled time', async () => {
    const { clock, loop, made, logged, stop, begin } = fixture()
    const done = begin()
    await clock.advance(48 * HOUR_MS)
    assert.deepEqual(made, ['12-01T12:00', '12-02T02:00', '12-03T02:00'])
    assert.deepEqual(logged, Array(3).fill('backup written'))
    assert.deepEqual(loop.status, {
      last: { path: '/backups/peerprobe-2026-12-03T02:00:00.000Z', takenAt: '2026-12-03T02:00:00.000Z', finishedAt: '2026-12-03T02:00:00.000Z', bytes: 7 },
      failure: null,
      running: false,
      nextAt: '2026-12-04T02:00:00.000Z'
    })
    stop.abort()
    await done
  })

  test('waits where the last backup is newer than the last scheduled time, and makes a missed one up', async () => {
    for (const [takenMs, expected] of [[NOON - 9 * HOUR_MS, []], [NOON - 11 * HOUR_MS, ['12-01T12:00']], [NOON - 2_000 * HOUR_MS, ['12-01T12:00']]] as const) {
      const { clock, made, stop, begin } = fixture({ before: [takenMs] })
      const done = begin()
      await clock.advance(13 * HOUR_MS)
      assert.deepEqual(made, expected)
      stop.abort()
      await done
    }
  })

  test('makes the backup of a night that the machine slept through', async () => {
    const { clock, made, stop, begin } = fixture({ before: [NOON - HOUR_MS] })
    const done = begin()
    await clock.advance(HOUR_MS)
    clock.standStill(20 * HOUR_MS)
    await clock.advance(60_000)
    assert.deepEqual(made, ['12-02T09:00'])
    stop.abort()
    await done
  })

  test('does not wait for the time of a backup that was made while the clock was wrong', async () => {
    const { clock, made, stop, begin } = fixture({ before: [NOON - 24 * HOUR_MS, NOON + 80_000 * HOUR_MS] })
    const done = begin()
    await clock.advance(24 * HOUR_MS)
    assert.deepEqual(made, ['12-01T12:00', '12-02T02:00'])
    stop.abort()
    await done
  })

  test('tries a failed one again after a minute, then less and less often, and keeps the last good one', async () => {
    const { clock, loop, made, failed, logged, faults, stop, begin } = fixture({ before: [NOON - 12 * HOUR_MS] })
    faults.push(new ProbeError('PP_DISK_LOW', 'full'), new ProbeError('PP_DISK_LOW', 'full'), new ProbeError('PP_STORE_UNAVAILABLE', 'away'))
    const done = begin()
    await clock.advance(0)
    assert.deepEqual(loop.status, {
      last: { path: '/backups/peerprobe-2026-12-01T00:00:00.000Z', takenAt: '2026-12-01T00:00:00.000Z', finishedAt: '2026-12-01T00:00:00.000Z', bytes: 7 },
      failure: { code: 'PP_DISK_LOW', message: 'full', at: '2026-12-01T12:00:00.000Z' },
      running: false,
      nextAt: '2026-12-01T12:01:00.000Z'
    })
    await clock.advance(7 * 60_000)
    assert.deepEqual([made, failed], [['12-01T12:07'], ['PP_DISK_LOW', 'PP_DISK_LOW', 'PP_STORE_UNAVAILABLE']])
    assert.deepEqual(logged, ['backup failed', 'backup failed', 'backup failed', 'backup written'])
    assert.equal(loop.status.failure, null)
    faults.push(...Array.from({ length: 20 }, () => new ProbeError('PP_DISK_LOW', 'full')))
    await clock.advance(24 * HOUR_MS)
    // 02:00, 02:01, 02:03, 02:07, 02:15, 02:31, then hourly from 03:03 on, until 12:07.
    assert.equal(failed.length - 3, 6 + 10)
    stop.abort()
    await done
  })

  test('tries to read the folder again where it cannot be read at first, and then makes only what is due', async () => {
    const { clock, loop, made, failed, unreadable, stop, begin } = fixture({ before: [NOON - HOUR_MS] })
    unreadable.push(new ProbeError('PP_BACKUP_FAILED', 'not mounted yet'))
    const done = begin()
    await clock.advance(0)
    assert.equal(loop.status.failure?.message, 'not mounted yet')
    await clock.advance(14 * HOUR_MS)
    assert.deepEqual([made, failed], [['12-02T02:00'], ['PP_BACKUP_FAILED']])
    stop.abort()
    await done
  })

  test('ends with what is no failure of a backup but a fault of the program', async () => {
    const { faults, begin } = fixture()
    faults.push(new TypeError('bug'))
    await assert.rejects(begin(), TypeError)
  })
})
