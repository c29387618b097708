import { existsSync, mkdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs'
import { isAbsolute, join, relative, resolve } from 'node:path'
import { ProbeError } from '../../core/errors.ts'
import { PRIVATE_FILE, PRIVATE_FOLDER } from '../../core/files/private-file.ts'
import { missingSecret } from '../manifest/secrets.ts'
import type { Secret } from '../manifest/secrets.ts'

/** Where the Secrets of a run come from. */
export interface SecretSources {
  /** Those that the manifest holds. */
  secrets: readonly Secret[]

  /** A folder with one folder for each further Secret, as `--secrets` names it. */
  dir: string | undefined

  /** Makes the folder that those of the manifest are written to; its maker removes it. */
  makeFolder: () => string
}

/**
 * The Secrets of a run as files, which processes read again for each connection. Those of the manifest are
 * written for this user alone, into a folder that ends with the run; those of `--secrets` are used where they are, so
 * that a renewed one is seen.
 */
export class SecretFiles {
  /** What was asked for and is not there, each with its field and what to do. */
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

  /** The file of one key; `path` is the field that asks for it. */
  file (path: readonly PropertyKey[], name: string, key: string): string {
    const found = this.#folders.map(base => join(base, name, key)).find(existsSync)

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
}

/**
 * Refuses Secrets inside the folder of the run: that one is the run's to write.
 *
 * @throws ProbeError `PP_CONFIG_INVALID` naming both options
 */
export function refuseSecretsInside (dir: string | undefined, dataFolder: string): void {
  if (dir === undefined) {
    return
  }

  const below = relative(realPath(dataFolder), realPath(dir))

  if (below === '' || !(below === '..' || below.startsWith('../') || isAbsolute(below))) {
    throw new ProbeError('PP_CONFIG_INVALID', `--secrets: ${dir} is inside the folder of the run (${dataFolder}, as --data says): keep the Secrets elsewhere`)
  }
}

function writeSecret (folder: string, { name, values }: Secret): void {
  mkdirSync(join(folder, name), { recursive: true, mode: PRIVATE_FOLDER })
  values.forEach((value, key) => {
    writeFileSync(join(folder, name, key), value, { mode: PRIVATE_FILE })
  })
}

// A folder that is not there has no other name.
function realPath (path: string): string {
  return existsSync(path) ? realpathSync(path) : resolve(path)
}
