// MySQL is in Debian unstable only. It is unpacked with all libraries that it needs into a folder and
// run by the loader that lies there too: the system stays as it is, and running it takes no root.
import { CachedFolder } from './cached-folder.ts'
import { ensurePrograms } from './debian.ts'
import { runProgram } from './programs.ts'
import type { Part } from './part.ts'

// A mirror that stood still, as some build machines have, is fresh enough for a test server.
const ARGS = ['--variant=extract', '--aptopt=Acquire::Check-Valid-Until "false"', '--include=mysql-server-core', 'sid']

/** MySQL: found at a folder with a small Debian in it. */
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
