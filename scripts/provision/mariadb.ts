// The package mariadb-server-core holds the server and nothing that starts it: no service, no data.
import { ensurePrograms } from './debian.ts'
import { findProgram, missingProgram } from './programs.ts'
import type { Found, Part } from './part.ts'

const PROGRAMS = ['mariadbd', 'mariadb-install-db']

/** MariaDB: found at the path of `mariadbd`. */
export const mariadb: Part = {
  name: 'mariadb',

  find () {
    return findServer() ?? { missing: 'no mariadbd on this machine: as root, node scripts/provision.ts mariadb (Debian: apt-get install mariadb-server-core)' }
  },

  async provide (signal) {
    const missing = await ensurePrograms(PROGRAMS, ['mariadb-server-core'], signal)

    return missing === undefined ? this.find() : { missing }
  }
}

function findServer (): Found | undefined {
  const program = findProgram('mariadbd')

  return program === undefined || missingProgram(...PROGRAMS) !== undefined ? undefined : { at: program }
}
