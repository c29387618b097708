import type { Logger } from '../../../core/process/logger.ts'
import type { MigrationReport } from '../model/node-store.ts'

/** Logs what a migration did, with what a person has to look at. */
export function logMigration (log: Logger, { applied, adopted, writers }: MigrationReport): void {
  if (applied.length > 0) {
    log.info({ applied }, 'schema migrated')
  }
  if (adopted !== undefined) {
    log.warn({ adopted }, 'tables of a program before this one were taken over: remove the old ones once satisfied')
  }
  if (adopted !== undefined && adopted.unseen.length > 0) {
    log.warn({ unseen: adopted.unseen }, 'this user cannot see all that the database runs by itself: make sure that no clean-up of the program before this one goes on')
  }
  if (writers !== undefined) {
    log.warn({ writers }, 'programs of somebody else in the database may write the tables: run the statements that end them')
  }
}
