import { ProbeError } from '../../core/errors.ts'
import { firstProgram } from '../../core/files/first-program.ts'
import { backUpMysql } from './mysql-backup.ts'
import { backUpSqlite } from './sqlite-backup.ts'
import type { StoreConfig } from '../../core/contracts/process-config.ts'
import type { Clock } from '../../core/time/clock.ts'
import type { BackupFolder } from './backup-folder.ts'
import type { BackupManifest } from './backup-manifest.ts'

/** What a backup on one machine needs. */
export interface BackupDeps {
  clock: Clock

  /** The program that dumps a MySQL or MariaDB database. @default the first of mariadb-dump and mysqldump in PATH */
  program?: string | undefined
}

// MariaDB's program logs in to both servers, that of MySQL 9 to MySQL's only.
const PROGRAMS = ['mariadb-dump', 'mysqldump'] as const

/**
 * Backs the database of this machine up.
 *
 * @throws ProbeError `PP_BACKUP_FAILED`, `PP_DISK_LOW`, `PP_BACKUP_INVALID`, or a code of the store
 */
export async function backUpStore (deps: BackupDeps, store: StoreConfig, folder: BackupFolder, signal: AbortSignal): Promise<BackupManifest> {
  const { clock, program } = deps
  const { sqlite, mysql } = store

  if (sqlite !== undefined) {
    return await backUpSqlite(clock, sqlite.path, folder, signal)
  }
  if (mysql !== undefined) {
    return await backUpMysql({ clock, program: [program ?? dumpProgram()] }, mysql, folder, signal)
  }

  throw new ProbeError('PP_CONFIG_INVALID', 'store: must have exactly one of sqlite and mysql')
}

/** @throws ProbeError `PP_BACKUP_FAILED` where this machine has no program that dumps */
export function dumpProgram (path?: string): string {
  const found = firstProgram(PROGRAMS, path)

  if (found === undefined) {
    throw new ProbeError('PP_BACKUP_FAILED', `this machine has neither ${PROGRAMS.join(' nor ')}, which a backup of the database needs: install the client programs of MariaDB or MySQL (on Debian the package mariadb-client), so that PATH has one of them`)
  }

  return found
}
