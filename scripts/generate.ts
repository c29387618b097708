/**
 * Writes every generated file. With `--check` it lists the files that are out of date and exits 1.
 * The pages are generated from the code, so that each fact has one source.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { generatedFiles } from './generate/generated-files.ts'

const root = new URL('../', import.meta.url)
const check = process.argv.includes('--check')
const stale: string[] = []

for (const [path, content] of generatedFiles()) {
  const file = new URL(path, root)

  if (await currentContent(file) === content) {
    continue
  }

  stale.push(path)

  if (!check) {
    await mkdir(dirname(file.pathname), { recursive: true })
    await writeFile(file, content)
  }
}

process.stdout.write(stale.length === 0 ? 'generated files are up to date\n' : stale.map(path => `${check ? 'stale' : 'wrote'} ${path}\n`).join(''))
process.exitCode = check && stale.length > 0 ? 1 : 0

async function currentContent (file: URL): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8')
  } catch (err) {
    if ((err as NodeJS.ErrnoException).code === 'ENOENT') {
      return undefined
    }
    throw err
  }
}
