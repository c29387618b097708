import { join } from 'node:path'
import { findProgram } from '../../../scripts/provision/programs.ts'

const LIBRARIES = 'usr/lib/x86_64-linux-gnu'

/** The command of mysqldump in the folder that MySQL is unpacked in. */
export function mysqldumpIn (root: string): [string, ...string[]] {
  return [
    join(root, LIBRARIES, 'ld-linux-x86-64.so.2'),
    '--library-path',
    `${join(root, LIBRARIES)}:${join(root, 'usr/lib/mysql/private')}`,
    join(root, 'usr/bin/mysqldump')
  ]
}

/** The command of MariaDB's dump program. */
export function mariadbDump (): [string, ...string[]] {
  return [findProgram('mariadb-dump') ?? 'mariadb-dump']
}
