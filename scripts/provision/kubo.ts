// A real Kubo (go-libp2p, IPFS) for the tests, built from its Go module: the version stands in its go.mod.
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { CachedFolder } from './cached-folder.ts'
import { missingProgram, runProgram } from './programs.ts'
import type { Part } from './part.ts'

const MODULE = fileURLToPath(new URL('./kubo-tools', import.meta.url))
const PACKAGE = 'github.com/ipfs/kubo/cmd/ipfs'
const PROGRAM = 'ipfs'

/** Kubo: found at the path of its program. */
export const kubo: Part = {
  name: 'kubo',

  find () {
    return folder().isThere ? { at: join(folder().path, PROGRAM) } : { missing: 'not built yet: node scripts/provision.ts kubo (2 minutes)' }
  },

  async provide (signal) {
    if (!folder().isThere && missingProgram('go') !== undefined) {
      return { missing: 'no Go on this machine: install 1.26 or later from https://go.dev/dl' }
    }
    if (!folder().isThere) {
      await folder().fill(async (unfinished) => {
        await build(unfinished, signal)
      })
    }

    return { at: join(folder().path, PROGRAM) }
  }
}

async function build (into: string, signal: AbortSignal): Promise<void> {
  mkdirSync(into, { recursive: true })
  await runProgram('env', ['CGO_ENABLED=0', 'go', '-C', MODULE, 'build', '-trimpath', '-buildvcs=false', '-ldflags', '-s -w', '-o', `${into}/`, PACKAGE], signal)

  if (!existsSync(join(into, PROGRAM))) {
    throw new TypeError(`the build brought no ${PROGRAM}`)
  }
}

function folder (): CachedFolder {
  return new CachedFolder('kubo', ['go.mod', 'go.sum', 'tools.go'].map(name => readFileSync(join(MODULE, name), 'utf8')).join('\n'))
}
