import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** JavaScript of some commands. */
export interface CompiledCommands {
  /** Paths of the scripts. */
  scripts: string[]

  /** What they import, as written there: packages, files beside them and modules of Node. */
  imported: ReadonlySet<string>
}

/**
 * Compiles commands and everything that they import into a folder, as JavaScript: Node strips no types below `node_modules`.
 *
 * @param entries paths of the commands' files, from the root of the repository
 * @throws TypeError with what the compiler says
 */
export function compileCommands (entries: readonly string[], into: string): CompiledCommands {
  const { config } = ts.readConfigFile(join(ROOT, 'tsconfig.json'), path => ts.sys.readFile(path)) as { config: { compilerOptions: object } }
  const { options, fileNames } = ts.parseJsonConfigFileContent({ compilerOptions: config.compilerOptions, files: entries }, ts.sys, ROOT)
  const program = ts.createProgram(fileNames, { ...options, outDir: into, rootDir: ROOT, sourceMap: false, listEmittedFiles: true, noEmitOnError: true })
  const { emittedFiles: scripts = [], diagnostics } = program.emit()
  const faults = [...ts.getPreEmitDiagnostics(program), ...diagnostics]

  if (faults.length > 0) {
    throw new TypeError(ts.formatDiagnostics(faults, { getCurrentDirectory: () => ROOT, getCanonicalFileName: name => name, getNewLine: () => '\n' }))
  }

  return { scripts, imported: new Set(scripts.flatMap(file => ts.preProcessFile(readFileSync(file, 'utf8')).importedFiles.map(({ fileName }) => fileName))) }
}
