// Shells that people use beside bash: the scripts that complete commands in them are run by them.
import { ensurePrograms } from './debian.ts'
import { missingProgram } from './programs.ts'
import type { Part } from './part.ts'

const SHELLS = ['zsh', 'fish'] as const

/** zsh and fish: found on the PATH. */
export const shells: Part = {
  name: 'shells',

  find () {
    const missing = missingProgram(...SHELLS)

    return missing === undefined ? { at: SHELLS.join(', ') } : { missing: `no ${missing} on this machine: as root, node scripts/provision.ts shells (Debian: apt-get install ${SHELLS.join(' ')})` }
  },

  async provide (signal) {
    const missing = await ensurePrograms(SHELLS, SHELLS, signal)

    return missing === undefined ? this.find() : { missing }
  }
}
