// The package mariadb-server-core holds the server and nothing that starts it: no service, no data.
import { findProgram, isRoot, missingProgram, runProgram } from './programs.ts'
import type { Found, Part } from './part.ts'

const INSTALL = 'apt-get install mariadb-server-core'

/** MariaDB: found at the path of `mariadbd`. */
export const mariadb: Part = {
  name: 'mariadb',

  find () {
    return findServer() ?? { missing: `no mariadbd on this machine: as root, node scripts/provision.ts mariadb (Debian: ${INSTALL})` }
  },

  async provide (signal) {
    const found = findServer()

    if (found !== undefined) {
      return found
    }
    if (!isRoot() || missingProgram('apt-get') !== undefined) {
      return { missing: `no mariadbd on this machine, and it takes root on Debian to install it: ${INSTALL}` }
    }

    await runProgram('apt-get', ['update'], signal)
    await runProgram('apt-get', ['install', '-y', '--no-install-recommends', 'mariadb-server-core'], signal)

    return findServer() ?? { missing: 'mariadb-server-core is installed and brought no mariadbd: this is not the Debian that the tests know' }
  }
}

function findServer (): Found | undefined {
  const program = findProgram('mariadbd')

  return program === undefined || findProgram('mariadb-install-db') === undefined ? undefined : { at: program }
}
