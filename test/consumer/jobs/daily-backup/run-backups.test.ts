import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { suite, test } from 'node:test'
import { runBackups } from '../../../../consumer/jobs/daily-backup/run-backups.ts'
import { BACKUP_METRICS } from '../../../../consumer/metrics/backup-metric-definitions.ts'
import { BackupStatus } from '../../../../core/contracts/backup-status.ts'
import { DailyBackupConfig } from '../../../../core/contracts/process-config.ts'
import { createLogger } from '../../../../core/process/logger.ts'
import { createRegistry } from '../../../../core/process/metrics.ts'
import { Progress } from '../../../../core/process/progress.ts'
import { systemClock } from '../../../../core/time/clock.ts'
import { fillRunFolder } from '../../../support/cli/run-folder.ts'
import { TempFolder } from '../../../support/temp-folder.ts'
import { until } from '../../../support/until.ts'
import type { Clock } from '../../../../core/time/clock.ts'

interface Running { port: number, stop: () => Promise<void>, status: () => Promise<BackupStatus>, metric: (name: string) => Promise<number | undefined> }

async function start (folder: TempFolder, clock: Clock = systemClock): Promise<Running> {
  const config = DailyBackupConfig.parse({ admin: { port: 0 }, store: { sqlite: { path: folder.file('run/peerprobe.sqlite') } }, folder: folder.file('backups'), schedule: '0 2 * * *', keepMs: 3_600_000 })
  const stop = new AbortController()
  const ready = Promise.withResolvers<number>()
  const context = { config, log: createLogger({ level: 'silent' }), registry: createRegistry('backup'), progress: new Progress({ clock: systemClock }), clock }
  const done = runBackups(context, { onReady: ready.resolve }, stop.signal)
  const port = await Promise.race([ready.promise, done.then(() => 0)])
  const page = async (name: string): Promise<string> => await (await fetch(`http://127.0.0.1:${String(port)}/${name}`)).text()

  return {
    port,
    stop: async () => {
      stop.abort()
      await done
    },
    status: async () => BackupStatus.parse(JSON.parse(await page('status'))),
    metric: async (name) => {
      const found = new RegExp(`^${name}\\{.*\\} (\\S+)$`, 'm').exec(await page('metrics'))?.[1]

      return found === undefined ? undefined : Number(found)
    }
  }
}

suite('runBackups', () => {
  test('makes a backup with its manifest, removes old ones, and says so in status and metrics', async () => {
    using folder = new TempFolder()
    await fillRunFolder(folder.file('run'))
    mkdirSync(folder.file('backups'))
    writeFileSync(folder.file('backups/peerprobe-20200101T000000.000Z.sqlite.gz'), '')
    const running = await start(folder)
    await until('there is a backup', async () => (await running.status()).last !== null)
    const { last, failure } = await running.status()
    const file = last!.path.slice(folder.file('backups/').length)

    assert.equal(failure, null)
    assert.equal(await running.metric('peerprobe_backup_last_success_timestamp_seconds'), Date.parse(last!.finishedAt) / 1_000)
    assert.equal(await running.metric(BACKUP_METRICS.size.name), last!.bytes)
    assert.equal(await running.metric('peerprobe_backup_failures_total'), undefined)
    await running.stop()
    assert.deepEqual(readdirSync(folder.file('backups')).sort(), [file, `${file}.json`])
  })

  test('keeps the last good backup when one fails, and says why in status and metrics', async () => {
    using folder = new TempFolder()
    await fillRunFolder(folder.file('run'))
    const first = await start(folder)
    await until('there is a backup', async () => (await first.status()).last !== null)
    const { last } = await first.status()
    await first.stop()
    const files = readdirSync(folder.file('backups'))
    rmSync(folder.file('run/peerprobe.sqlite'))
    writeFileSync(folder.file('run/peerprobe.sqlite'), 'damaged')
    const second = await start(folder, { ...systemClock, now: () => systemClock.now() + 86_400_000 })
    await until('the backup of the next day has failed', async () => (await second.status()).failure !== null)
    const status = await second.status()

    assert.deepEqual(status.last, last)
    assert.equal(status.failure?.code, 'PP_FILE_UNUSABLE')
    assert.equal(await second.metric('peerprobe_backup_failures_total'), 1)
    assert.equal(await second.metric('peerprobe_backup_last_success_timestamp_seconds'), Date.parse(last!.finishedAt) / 1_000)
    await second.stop()
    assert.deepEqual(readdirSync(folder.file('backups')), files)
  })
})
