// Apache Kafka has no Debian package, and its distribution is not in a package registry; all of its
// jars are in Maven's registry.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { CachedFolder } from './cached-folder.ts'
import { ensurePrograms } from './debian.ts'
import { missingProgram, runProgram } from './programs.ts'
import type { Found, Part } from './part.ts'

const POM = fileURLToPath(new URL('./kafka-tools/pom.xml', import.meta.url))

/** Apache Kafka: found at a folder of jars, run by the `java` on the PATH. */
export const kafka: Part = {
  name: 'kafka',

  find () {
    return noJava() ?? (folder().isThere ? { at: folder().path } : { missing: 'not downloaded yet: node scripts/provision.ts kafka (70 MB)' })
  },

  async provide (signal) {
    const missing = await ensurePrograms(['java', ...folder().isThere ? [] : ['mvn']], ['default-jre-headless', 'maven'], signal)

    if (missing !== undefined || folder().isThere) {
      return missing === undefined ? { at: folder().path } : { missing }
    }

    await folder().fill(async (unfinished) => {
      await runProgram('mvn', ['-q', '-B', '-f', POM, 'dependency:copy-dependencies', `-DoutputDirectory=${unfinished}`], signal)
    })

    return { at: folder().path }
  }
}

function folder (): CachedFolder {
  return new CachedFolder('kafka', readFileSync(POM, 'utf8'))
}

function noJava (): Found | undefined {
  return missingProgram('java') === undefined ? undefined : { missing: 'no Java on this machine: install 17 or later (Debian: apt-get install default-jre-headless)' }
}
