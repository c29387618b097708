import type { Logger } from '../../../core/process/logger.ts'
import type { MigrationReport } from '../model/node-store.ts'

/** Logs what a migration did, and what an administrator must check. */
export function logMigration (log: Logger, { applied, adopted, writers }: MigrationReport): void {
  if (applied.length > 0) {
    log.info({ applied }, 'schema migrated')
  }
  if (adopted !== undefined) {
    log.warn({ adopted }, 'tables of an earlier program were taken over: remove the old tables when you no longer need them')
  }
  if (adopted !== undefined && adopted.unseen.length > 0) {
    log.warn({ unseen: adopted.unseen }, 'this user cannot see every event, trigger and routine of the database: make sure that no clean-up of the earlier program still runs')
  }
  if (writers !== undefined) {
    log.warn({ writers }, 'events, triggers or routines of another program may write the tables: run the statements that drop them')
  }
}
