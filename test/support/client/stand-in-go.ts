import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { TempFolder } from '../temp-folder.ts'

/** The script that is "built": it writes a truth file, prints READY, and runs until its standard input ends. */
export const HONEST_PROGRAM = 'echo \'{"kadProtocol":"/x/kad/1.0.0","peers":[]}\' > "$6"\necho READY\nexec cat > /dev/null'

/**
 * A fake `go` on the PATH whose build copies a script, with its own cache and temporary folders. Changes this
 * process's environment variables until it is disposed of.
 */
export class StandInGo implements Disposable {
  readonly #folder = new TempFolder()
  readonly #before = { PATH: process.env['PATH'], XDG_CACHE_HOME: process.env['XDG_CACHE_HOME'], TMPDIR: process.env['TMPDIR'] }

  constructor () {
    mkdirSync(this.#folder.file('bin'))
    process.env['XDG_CACHE_HOME'] = this.#folder.file('cache')
    mkdirSync(this.#folder.file('tmp'))
    process.env['TMPDIR'] = this.#folder.file('tmp')
    process.env['PATH'] = this.#folder.file('bin')
  }

  /** The current temporary files. */
  get temporaryFiles (): string[] {
    return readdirSync(this.#folder.file('tmp'))
  }

  /** @param build shell script that runs for `go build -o FILE .` */
  install (build: string): void {
    const go = this.#folder.file('bin/go')
    writeFileSync(go, `#!/bin/sh\n[ "$1" = version ] && exit 0\necho "$1" >> '${this.#folder.file('builds')}'\n${build}\n`)
    chmodSync(go, 0o755)
    process.env['PATH'] = `${this.#folder.file('bin')}:/usr/bin:/bin`
  }

  /** Installs a `go` that "builds" a shell script. */
  building (program: string): void {
    writeFileSync(this.#folder.file('program'), `#!/bin/sh\n${program}\n`)
    chmodSync(this.#folder.file('program'), 0o755)
    this.install(`cp '${this.#folder.file('program')}' "$3"`)
  }

  /** Number of builds so far. */
  get builds (): number {
    const path = this.#folder.file('builds')

    return existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n').length : 0
  }

  [Symbol.dispose] (): void {
    for (const [name, value] of Object.entries(this.#before)) {
      if (value === undefined) {
        Reflect.deleteProperty(process.env, name)
      } else {
        process.env[name] = value
      }
    }
    this.#folder[Symbol.dispose]()
  }
}
