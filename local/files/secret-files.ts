import { existsSync, mkdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs'
import { isAbsolute, join, relative, resolve } from 'node:path'
import { ProbeError } from '../../core/errors.ts'
import { PRIVATE_FILE, PRIVATE_FOLDER } from '../../core/files/private-file.ts'
import { missingSecret } from '../manifest/secrets.ts'
import type { Secret } from '../manifest/secrets.ts'

/** Sources of the Secrets of a run. */
export interface SecretSources {
  /** The Secrets in the manifest. */
  secrets: readonly Secret[]

  /** The folder of `--secrets`, with one folder for each further Secret. */
  dir: string | undefined

  /** Creates the folder for the Secrets of the manifest; the caller removes it. */
  makeFolder: () => string
}

/**
 * The Secrets of a run as files, which processes read again for each connection. Secrets of the manifest are written
 * to a private folder that is removed with the run. Secrets of `--secrets` are read in place, so that a renewed
 * Secret is noticed.
 */
export class SecretFiles {
  /** The missing keys, each with its field and the fix. */
  readonly problems: string[] = []

  readonly #folders: readonly string[]

  constructor ({ secrets, dir, makeFolder }: SecretSources) {
    const own = secrets.length === 0 ? [] : [makeFolder()]

    for (const folder of own) {
      secrets.forEach((secret) => {
        writeSecret(folder, secret)
      })
    }
    this.#folders = [...own, ...dir === undefined ? [] : [resolve(dir)]]
  }

  /** The file of one key; `path` is the field that refers to it. */
  file (path: readonly PropertyKey[], name: string, key: string): string {
    const found = this.#folders.map(base => join(base, name, key)).find(existsSync)

    if (found === undefined) {
      this.problems.push(missingSecret(path, name, key))
    }

    return found ?? ''
  }

  /** The text of one key without its trailing newline, such as a user name. */
  text (path: readonly PropertyKey[], name: string, key: string): string {
    const file = this.file(path, name, key)

    return file === '' ? '' : readFileSync(file, 'utf8').trimEnd()
  }
}

/**
 * Refuses Secrets inside the folder of the run, which the run writes to.
 *
 * @throws ProbeError `PP_CONFIG_INVALID` with both options
 */
export function refuseSecretsInside (dir: string | undefined, dataFolder: string): void {
  if (dir === undefined) {
    return
  }

  const below = relative(realPath(dataFolder), realPath(dir))

  if (below === '' || !(below === '..' || below.startsWith('../') || isAbsolute(below))) {
    throw new ProbeError('PP_CONFIG_INVALID', `--secrets: ${dir} is inside the folder of the run (--data: ${dataFolder}): keep the Secrets elsewhere`)
  }
}

function writeSecret (folder: string, { name, values }: Secret): void {
  mkdirSync(join(folder, name), { recursive: true, mode: PRIVATE_FOLDER })
  values.forEach((value, key) => {
    writeFileSync(join(folder, name, key), value, { mode: PRIVATE_FILE })
  })
}

// A folder that does not exist has no other path.
function realPath (path: string): string {
  return existsSync(path) ? realpathSync(path) : resolve(path)
}
