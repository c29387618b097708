// The packages of the server contain no service and no data. The program that sets up its data calls
// my_print_defaults, which newer versions have in the client's package; mariadb-dump makes backups.
import { ensurePrograms } from './debian.ts'
import { findProgram, missingProgram } from './programs.ts'
import type { Found, Part } from './part.ts'

const PROGRAMS = ['mariadbd', 'mariadb-install-db', 'my_print_defaults', 'mariadb-dump']
const PACKAGES = ['mariadb-server-core', 'mariadb-client-core', 'mariadb-client']

/** MariaDB: found at the path of `mariadbd`. */
export const mariadb: Part = {
  name: 'mariadb',

  find () {
    return findServer() ?? { missing: `no ${PROGRAMS.join(', or no ')} on this machine: as root, node scripts/provision.ts mariadb (Debian: apt-get install ${PACKAGES.join(' ')})` }
  },

  async provide (signal) {
    const missing = await ensurePrograms(PROGRAMS, PACKAGES, signal)

    return missing === undefined ? this.find() : { missing }
  }
}

function findServer (): Found | undefined {
  const program = findProgram('mariadbd')

  return program === undefined || missingProgram(...PROGRAMS) !== undefined ? undefined : { at: program }
}
