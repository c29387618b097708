/**
 * `node scripts/supply/prune-packages.ts FOLDER`: takes out of installed packages what no process of the image reads: declarations and
 * sources of TypeScript (Node runs none below node_modules), source maps, and binaries for systems that no container has.
 */
import { globSync, lstatSync, rmSync } from 'node:fs'
import { join } from 'node:path'

const UNREAD = ['**/*.ts', '**/*.mts', '**/*.cts', '**/*.map']
const FOREIGN = '**/prebuilds/!(linux-*)'

const [folder] = process.argv.slice(2)

if (folder === undefined) {
  process.stderr.write('usage: node scripts/supply/prune-packages.ts FOLDER\n')
  process.exitCode = 64
} else {
  // A folder may have such a name as well: the name of a package.
  const files = globSync(UNREAD, { cwd: folder }).filter(path => lstatSync(join(folder, path)).isFile())

  for (const path of [...files, ...globSync(FOREIGN, { cwd: folder })]) {
    rmSync(join(folder, path), { recursive: true })
  }
}
