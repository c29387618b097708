// The sqlite3 of the system, which is older than the SQLite of Node.js, like the tools that people use to read the database.
import { ensurePrograms } from './debian.ts'
import { findProgram } from './programs.ts'
import type { Part } from './part.ts'

const PROGRAM = 'sqlite3'
const PACKAGES = ['sqlite3']

/** The command line of SQLite: found at the path of `sqlite3`. */
export const sqlite: Part = {
  name: 'sqlite',

  find () {
    const program = findProgram(PROGRAM)

    return program === undefined ? { missing: `no ${PROGRAM} on this machine: as root, node scripts/provision.ts sqlite (Debian: apt-get install ${PACKAGES.join(' ')})` } : { at: program }
  },

  async provide (signal) {
    const missing = await ensurePrograms([PROGRAM], PACKAGES, signal)

    return missing === undefined ? this.find() : { missing }
  }
}
