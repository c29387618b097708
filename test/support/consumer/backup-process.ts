// Run by a test: begins a backup, prints a line once its file grows, and is killed.
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { BackupFolder } from '../../../consumer/backup/backup-folder.ts'
import { backUpMysql } from '../../../consumer/backup/mysql-backup.ts'
import { systemClock } from '../../../core/time/clock.ts'
import { until } from '../until.ts'
import type { MysqlConfig } from '../../../core/contracts/process-config.ts'

const { config, program, path } = JSON.parse(process.argv[2] ?? '') as { config: MysqlConfig, program: [string, ...string[]], path: string }
const folder = await BackupFolder.open({ path, writer: 'test' })
const backingUp = backUpMysql({ clock: systemClock, program }, config, folder, new AbortController().signal)
await Promise.race([backingUp, until('the file grows', () => readdirSync(path).some(name => statSync(join(path, name)).size > 0))])
process.stdout.write('grows\n')
await backingUp
