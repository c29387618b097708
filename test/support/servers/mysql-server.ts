import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { fixedOptions } from './sql-server.ts'
import type { SqlServerKind } from './sql-server.ts'

const LIBRARIES = 'usr/lib/x86_64-linux-gnu'

/** MySQL, from the folder that it is unpacked in (`scripts/provision/mysql.ts` finds it). */
export function mysqlKind (root: string): SqlServerKind {
  const user = process.getuid?.() === 0 ? ['--user=root'] : []
  // The loader of that folder, since its libraries are newer than those of this system.
  const mysqld = [
    join(root, LIBRARIES, 'ld-linux-x86-64.so.2'),
    '--library-path',
    `${join(root, LIBRARIES)}:${join(root, 'usr/lib/mysql/private')}`,
    join(root, 'usr/sbin/mysqld'),
    '--no-defaults',
    ...user,
    `--basedir=${join(root, 'usr')}`,
    `--lc-messages-dir=${join(root, 'usr/share/mysql')}`
  ]

  return {
    async initialize ({ dataFolder, args }) {
      const accounts = `${dataFolder}-accounts.sql`
      writeFileSync(accounts, 'CREATE USER root@\'127.0.0.1\';\nGRANT ALL ON *.* TO root@\'127.0.0.1\' WITH GRANT OPTION;\n')
      await promisify(execFile)(mysqld[0]!, [...mysqld.slice(1), `--datadir=${dataFolder}`, ...fixedOptions(args), '--initialize-insecure', `--init-file=${accounts}`])
    },
    command: ({ args }) => [...mysqld, ...args, '--mysqlx=OFF', '--secure-file-priv=NULL']
  }
}
