import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { missingSecret } from './manifest/secrets.ts'
import type { Secret } from './manifest/secrets.ts'

/** Where the Secrets of a run come from. */
export interface SecretSources {
  /** Those that the manifest holds. */
  secrets: readonly Secret[]

  /** A folder with one folder for each further Secret, as `--secrets` names it. */
  dir: string | undefined

  /** Folder of the run, which those of the manifest are written to. */
  folder: string
}

/**
 * The Secrets of a run as files, which processes read again for each connection. Those of the manifest are
 * written for this user alone and removed at the end; those of `--secrets` are used where they are, so that
 * a renewed one is seen.
 */
export class SecretFiles implements Disposable {
  /** What was asked for and is not there, each with its field and what to do. */
  readonly problems: string[] = []

  readonly #sources: SecretSources

  constructor (sources: SecretSources) {
    this.#sources = sources
    this[Symbol.dispose]()

    for (const { name, values } of sources.secrets) {
      mkdirSync(join(sources.folder, name), { recursive: true, mode: 0o700 })
      values.forEach((value, key) => {
        writeFileSync(join(sources.folder, name, key), value, { mode: 0o600 })
      })
    }
  }

  /** The file of one key; `path` is the field that asks for it. */
  file (path: readonly PropertyKey[], name: string, key: string): string {
    const { folder, dir } = this.#sources
    const candidates = [folder, ...dir === undefined ? [] : [resolve(dir)]].map(base => join(base, name, key))
    const found = candidates.find(existsSync)

    if (found === undefined) {
      this.problems.push(missingSecret(path, name, key))
    }

    return found ?? ''
  }

  /** The text of one key without a line end behind it, such as a user name. */
  text (path: readonly PropertyKey[], name: string, key: string): string {
    const file = this.file(path, name, key)

    return file === '' ? '' : readFileSync(file, 'utf8').trimEnd()
  }

  [Symbol.dispose] (): void {
    rmSync(this.#sources.folder, { recursive: true, force: true })
  }
}
