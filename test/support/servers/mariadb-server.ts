import { execFile } from 'node:child_process'
import { dirname } from 'node:path'
import { promisify } from 'node:util'
import { findProgram } from '../../../scripts/provision/programs.ts'
import { fixedOptions } from './sql-server.ts'
import type { SqlServerKind } from './sql-server.ts'

const INSTALL_LIMIT_MS = 120_000

/** MariaDB, from the path of `mariadbd` (`scripts/provision/mariadb.ts` finds it). */
export function mariadbKind (program: string): SqlServerKind {
  const user = process.getuid?.() === 0 ? ['--user=root'] : []

  return {
    async initialize ({ dataFolder, args }) {
      // Without name resolution root may come from 127.0.0.1 as well as from localhost.
      const options = ['--no-defaults', ...user, `--datadir=${dataFolder}`, ...fixedOptions(args), '--auth-root-authentication-method=normal', '--skip-test-db', '--skip-name-resolve']
      // A starting server removes the temporary tables of all other servers from a shared folder.
      await promisify(execFile)(findProgram('mariadb-install-db')!, options, { env: { ...process.env, TMPDIR: dirname(dataFolder) }, timeout: INSTALL_LIMIT_MS })
    },
    command: ({ args }) => [program, '--no-defaults', ...user, ...args]
  }
}
