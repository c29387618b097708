import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { backupLines, BackupWatch } from '../../../local/backup/backup-watch.ts'
import type { BackupStatus } from '../../../core/contracts/backup-status.ts'

const { signal } = new AbortController()
const START = Date.parse('2026-12-01T12:00:00.000Z')
const backup = (time: string): NonNullable<BackupStatus['last']> => ({ path: `/b/${time}`, takenAt: `${time}.000Z`, finishedAt: `${time}.500Z`, bytes: 5 })
const failure = { code: 'PP_DISK_LOW', message: 'no\u001B[2J room', at: '2026-12-01T12:30:00.000Z' }
const quiet: BackupStatus = { last: null, failure: null, running: false, nextAt: null }

async function linesOf (statuses: (BackupStatus | undefined)[]): Promise<{ lines: string[], watch: BackupWatch }> {
  const lines: string[] = []
  const watch = new BackupWatch((line) => {
    lines.push(line)
  }, START)

  for (const status of statuses) {
    await watch.look({ status: async () => status === undefined ? undefined : { status } }, signal)
  }

  return { lines, watch }
}

suite('BackupWatch', () => {
  test('says each backup of the run and each failure once, and nothing of what an earlier run made', async () => {
    const old = backup('2026-12-01T02:00:00')
    const made = backup('2026-12-01T12:40:00')
    const failed: BackupStatus = { ...quiet, last: old, failure, nextAt: '2026-12-01T12:31:00.000Z' }
    const { lines, watch } = await linesOf([undefined, { ...quiet, last: old }, failed, failed, { ...failed, nextAt: null, failure: { ...failure, at: '2026-12-01T12:31:00.000Z' } }, { ...quiet, last: made }, { ...quiet, last: made }])

    assert.deepEqual(lines, [
      'backup failed: no\\u{1b}[2J room (PP_DISK_LOW): the last one is of 2026-12-01T02:00:00.000Z; next attempt at 2026-12-01T12:31:00.000Z',
      'backup failed: no\\u{1b}[2J room (PP_DISK_LOW): the last one is of 2026-12-01T02:00:00.000Z',
      'backup written: /b/2026-12-01T12:40:00'
    ])
    assert.deepEqual(watch.report, { last: made, failure: null })
  })

  test('says a backup that was complete before it looked for the first time, and one that failed before there is any', async () => {
    assert.deepEqual((await linesOf([{ ...quiet, last: backup('2026-12-01T12:00:01') }])).lines, ['backup written: /b/2026-12-01T12:00:01'])
    assert.deepEqual((await linesOf([{ ...quiet, failure }])).lines, ['backup failed: no\\u{1b}[2J room (PP_DISK_LOW)'])
    assert.equal((await linesOf([undefined])).watch.report, undefined)
  })
})

suite('backupLines', () => {
  test('show the newest backup, and why the last attempt failed', () => {
    assert.deepEqual(backupLines({ last: backup('2026'), failure: null }, path => path.slice(3)), ['Backup       2026'])
    assert.deepEqual(backupLines({ last: null, failure }, path => path), ['Backup       none yet', '  the last attempt failed: no\\u{1b}[2J room (PP_DISK_LOW)'])
  })
})
