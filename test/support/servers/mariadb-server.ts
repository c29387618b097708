import { execFile } from 'node:child_process'
import { dirname } from 'node:path'
import { promisify } from 'node:util'
import { findProgram } from '../../../scripts/provision/programs.ts'
import type { SqlServerKind } from './sql-server.ts'

/** MariaDB, from the path of `mariadbd` (`scripts/provision/mariadb.ts` finds it). */
export function mariadbKind (program: string): SqlServerKind {
  const user = process.getuid?.() === 0 ? ['--user=root'] : []

  return {
    async initialize ({ dataFolder }) {
      // Without name resolution root may come from 127.0.0.1 as well as from localhost.
      const args = ['--no-defaults', ...user, `--datadir=${dataFolder}`, '--auth-root-authentication-method=normal', '--skip-test-db', '--skip-name-resolve']
      // A server that starts removes the temporary tables of all others from a folder that they share.
      await promisify(execFile)(findProgram('mariadb-install-db')!, args, { env: { ...process.env, TMPDIR: dirname(dataFolder) } })
    },
    command: ({ args }) => [program, '--no-defaults', ...user, ...args]
  }
}
