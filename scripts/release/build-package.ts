/**
 * `node scripts/release/build-package.ts FOLDER`: the npm package, ready for `npm publish FOLDER`. It holds the command
 * lines `kubectl-peerprobe` and `peerprobe` and what completes the first in a shell, with the processes that `peerprobe run`
 * starts, as JavaScript: Node strips no types below `node_modules`.
 */
import { cpSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { compileCommands } from './compile-commands.ts'
import { packageManifest } from './package-manifest.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const COMMANDS = {
  'kubectl-peerprobe': 'operator/commands/main.ts',
  'kubectl_complete-peerprobe': 'operator/commands/kubectl-complete/main.ts',
  'peerprobe': 'cli/main.ts'
} as const
const PROCESSES = ['crawler/main.ts', 'consumer/main.ts', 'local/devnet/main.ts']
const TYPES = globSync('{core,crawler,consumer,operator,local,cli}/**/*.d.ts', { cwd: ROOT })

// Beside the sources: what they read at run time, and what people read.
const FILES = ['consumer/store/migrations/**/*.sql', 'crawler/networks/networks.yaml', 'crawler/places/clouds.yaml', 'local/devnet/go/*.{go,mod,sum}', 'examples/*.yaml', 'LICENSE', 'README.md', 'CHANGELOG.md']

const [folder] = process.argv.slice(2)

if (folder === undefined) {
  process.stderr.write('usage: node scripts/release/build-package.ts FOLDER\n')
  process.exitCode = 64
} else {
  build(resolve(folder))
}

function build (into: string): void {
  rmSync(into, { recursive: true, force: true })
  mkdirSync(into, { recursive: true })
  const { imported } = compileCommands([...Object.values(COMMANDS), ...PROCESSES, ...TYPES], into)

  for (const file of globSync(FILES, { cwd: ROOT })) {
    mkdirSync(dirname(join(into, file)), { recursive: true })
    cpSync(join(ROOT, file), join(into, file))
  }

  const manifest = packageManifest(readFileSync(join(ROOT, 'package.json'), 'utf8'), {
    bin: Object.fromEntries(Object.entries(COMMANDS).map(([name, file]) => [name, file.replace(/\.ts$/, '.js')])),
    imported
  })
  writeFileSync(join(into, 'package.json'), `${JSON.stringify(manifest, undefined, 2)}\n`)
}
