// MySQL is only in Debian unstable. It is unpacked with all its libraries into a folder and run by
// the loader in that folder: the system is not changed, and running it needs no root.
import { CachedFolder } from './cached-folder.ts'
import { ensurePrograms } from './debian.ts'
import { runProgram } from './programs.ts'
import type { Part } from './part.ts'

// An outdated mirror, as on some build machines, is good enough for a test server.
const ARGS = ['--variant=extract', '--aptopt=Acquire::Check-Valid-Until "false"', '--include=mysql-server-core,mysql-client', 'sid']

/** MySQL: its location is a folder with a small Debian. */
export const mysql: Part = {
  name: 'mysql',

  find () {
    return folder().isThere ? { at: folder().path } : { missing: 'not unpacked yet: node scripts/provision.ts mysql (330 MB on disk)' }
  },

  async provide (signal) {
    if (!folder().isThere) {
      const missing = await ensurePrograms(['mmdebstrap'], ['mmdebstrap'], signal)

      if (missing !== undefined) {
        return { missing }
      }

      await folder().fill(async (unfinished) => {
        await runProgram('mmdebstrap', [...ARGS, unfinished], signal)
      })
    }

    return { at: folder().path }
  }
}

function folder (): CachedFolder {
  return new CachedFolder('mysql', ARGS.join(' '))
}
