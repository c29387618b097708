// A process that migrates a MySQL database as a consumer does, and prints its report.
import { MysqlStore } from '../../../consumer/store/mysql/mysql-store.ts'
import { systemClock } from '../../../core/time/clock.ts'
import type { MysqlConfig } from '../../../core/contracts/process-config.ts'

await using store = await MysqlStore.open({ clock: systemClock }, { mysql: JSON.parse(process.argv[2]!) as MysqlConfig, coalesceWindowMs: 0 })
process.stdout.write(JSON.stringify(await store.migrate()))
