// Installing Debian's package starts a service. Its programs are therefore unpacked into the cache: the system is not
// changed, and no root is needed if the lists of packages are up to date.
import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { CachedFolder } from './cached-folder.ts'
import { updatePackageLists } from './debian.ts'
import { findProgram, isRoot, missingProgram, runProgram } from './programs.ts'
import type { Found, Part } from './part.ts'

const PACKAGE = 'prometheus'
const MISSING = `no ${PACKAGE} and promtool on this machine: node scripts/provision.ts prometheus (Debian; 20 MB), or put both on the PATH`

/** Prometheus and its promtool: their location is the folder of both programs. */
export const prometheus: Part = {
  name: 'prometheus',

  find () {
    return folder().isThere ? { at: join(folder().path, 'usr/bin') } : onPath() ?? { missing: MISSING }
  },

  async provide (signal) {
    if (folder().isThere || onPath() !== undefined) {
      return this.find()
    }
    if (missingProgram('apt-get', 'dpkg-deb', 'env') !== undefined) {
      return { missing: MISSING }
    }
    if (isRoot()) {
      await updatePackageLists(signal)
    }

    await folder().fill(async (unfinished) => {
      await unpack(unfinished, signal)
    })

    return this.find()
  }
}

async function unpack (into: string, signal: AbortSignal): Promise<void> {
  const downloads = join(into, 'packages')
  mkdirSync(downloads, { recursive: true })
  await runProgram('env', ['-C', downloads, 'apt-get', 'download', PACKAGE], signal)

  for (const name of readdirSync(downloads)) {
    await runProgram('dpkg-deb', ['--extract', join(downloads, name), into], signal)
  }
  rmSync(downloads, { recursive: true })

  // Fails if the program needs a missing library.
  await runProgram(join(into, 'usr/bin/prometheus'), ['--version'], signal)
  await runProgram(join(into, 'usr/bin/promtool'), ['--version'], signal)
}

function onPath (): Found | undefined {
  const program = findProgram('prometheus')
  const tool = findProgram('promtool')

  return program !== undefined && tool !== undefined && join(program, '..') === join(tool, '..') ? { at: join(program, '..') } : undefined
}

function folder (): CachedFolder {
  return new CachedFolder('prometheus', `${PACKAGE} unpacked`)
}
