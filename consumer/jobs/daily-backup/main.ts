import { DailyBackupConfig } from '../../../core/contracts/process-config.ts'
import { tellParent } from '../../../core/process/parent-link.ts'
import { runComponent } from '../../../core/process/run-component.ts'
import { runBackups } from './run-backups.ts'

await runComponent('backup', DailyBackupConfig, async (context, signal) => {
  await runBackups(context, {
    onReady: (adminPort) => {
      tellParent({ type: 'ready', adminPort })
    }
  }, signal)
})
