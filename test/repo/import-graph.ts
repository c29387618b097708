import { globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'

/** The repository's root folder. */
export const root = fileURLToPath(new URL('../../', import.meta.url))

/** Source files of the rooms, by path from the root. */
export const sources = globSync('{core,crawler,consumer,operator,local,cli,helm}/**/*.ts', { cwd: root }).sort()

/** Test files and their support files. */
export const tests = globSync('test/**/*.ts', { cwd: root }).sort()

/** The files of the repository that a file imports, by path from the root. */
export function importsOf (file: string): string[] {
  const { importedFiles } = ts.preProcessFile(readFileSync(join(root, file), 'utf8'))

  return importedFiles.map(({ fileName }) => fileName).filter(name => name.startsWith('.')).map(name => join(dirname(file), name))
}

/** The packages and built-in modules that a file imports. */
export function packagesOf (file: string): string[] {
  const { importedFiles } = ts.preProcessFile(readFileSync(join(root, file), 'utf8'))

  return importedFiles.map(({ fileName }) => fileName).filter(name => !name.startsWith('.'))
}
