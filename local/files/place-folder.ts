import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import { errorText, ProbeError } from '../../core/errors.ts'

/**
 * The absolute path of the folder that `--places` gives; undefined without the option.
 *
 * @throws ProbeError `PP_CONFIG_INVALID` if there is no such folder: most likely a typing error
 */
export function placeFolderOf (dir: string | undefined): string | undefined {
  if (dir === undefined) {
    return undefined
  }

  const path = resolve(dir)

  if (!isFolder(path)) {
    throw new ProbeError('PP_CONFIG_INVALID', `--places: ${path} is not a folder: give the one that contains the .mmdb files`)
  }

  return path
}

function isFolder (path: string): boolean {
  try {
    return statSync(path).isDirectory()
  } catch (cause) {
    throw new ProbeError('PP_CONFIG_INVALID', `--places: ${errorText(cause)}`, { cause })
  }
}
