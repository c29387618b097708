import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** The path of the first of some programs that this machine has, in the folders of PATH; undefined where it has none of them. */
export function firstProgram (names: readonly string[], path = process.env['PATH'] ?? ''): string | undefined {
  const folders = path.split(delimiter).filter(folder => folder !== '')

  return names.flatMap(name => folders.map(folder => join(folder, name))).find(isProgram)
}

function isProgram (path: string): boolean {
  try {
    accessSync(path, constants.X_OK)

    return statSync(path).isFile()
  } catch {
    return false // not there, or not for this user
  }
}
