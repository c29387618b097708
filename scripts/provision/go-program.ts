import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { CachedFolder } from './cached-folder.ts'
import { missingProgram, runProgram } from './programs.ts'
import type { Part } from './part.ts'

/** A program to build. */
export interface GoProgram {
  /** Name of the part; its module is the folder `NAME-tools` next to this file. */
  name: string

  /** Path of the Go package, whose last part is the name of the program. */
  package: string

  /** Build tags, separated by commas. @default none */
  tags?: string

  /** Duration of the build, for people. */
  takes: string
}

/** A part that is one program, built from a Go module in this repository, whose `go.mod` has the versions. Its location is the path of the program. */
export function goProgram ({ name, package: path, tags = '', takes }: GoProgram): Part {
  const module = fileURLToPath(new URL(`./${name}-tools`, import.meta.url))
  const program = path.slice(path.lastIndexOf('/') + 1)
  const folder = (): CachedFolder => new CachedFolder(name, ['go.mod', 'go.sum', 'tools.go'].map(file => readFileSync(join(module, file), 'utf8')).join('\n'))

  return {
    name,

    find () {
      return folder().isThere ? { at: join(folder().path, program) } : { missing: `not built yet: node scripts/provision.ts ${name} (${takes})` }
    },

    async provide (signal) {
      if (!folder().isThere && missingProgram('go') !== undefined) {
        return { missing: 'no Go on this machine: install 1.26 or later from https://go.dev/dl' }
      }
      if (!folder().isThere) {
        await folder().fill(async (unfinished) => {
          mkdirSync(unfinished, { recursive: true })
          await runProgram('env', ['CGO_ENABLED=0', 'go', '-C', module, 'build', '-trimpath', '-buildvcs=false', '-tags', tags, '-ldflags', '-s -w', '-o', `${unfinished}/`, path], signal)

          if (!existsSync(join(unfinished, program))) {
            throw new TypeError(`the build did not produce ${program}`)
          }
        })
      }

      return { at: join(folder().path, program) }
    }
  }
}
