/**
 * `node scripts/release/build-plugin.ts FOLDER vX.Y.Z`: what krew installs as `kubectl peerprobe`: `kubectl-peerprobe.tar.gz` with the
 * commands and the packages that they need, and `peerprobe.yaml`, the manifest of krew with the archive's checksum. The same commit gives
 * the same bytes; SOURCE_DATE_EPOCH sets the time of the files.
 */
import { createHash } from 'node:crypto'
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { compileCommands } from './compile-commands.ts'
import { folderArchive } from './folder-archive.ts'
import { installedPackages } from './installed-packages.ts'
import { krewManifest } from './krew-manifest.ts'
import { packagesIn } from './package-manifest.ts'
import type { InstalledPackage } from './installed-packages.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const COMMANDS = { 'kubectl-peerprobe': 'operator/commands/main.ts', 'kubectl_complete-peerprobe': 'operator/commands/kubectl-complete/main.ts' } as const
// What no program reads: declarations, sources and maps.
const UNREAD = /\.(?:[mc]?ts|map)$/
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8')

const [folder, tag] = process.argv.slice(2)

if (folder === undefined || tag === undefined) {
  process.stderr.write('usage: node scripts/release/build-plugin.ts FOLDER vX.Y.Z\n')
  process.exitCode = 64
} else {
  await build(resolve(folder), tag)
}

async function build (into: string, tag: string): Promise<void> {
  const unpacked = mkdtempSync(join(tmpdir(), 'peerprobe-plugin-'))

  try {
    fill(unpacked)
    const archive = await folderArchive(unpacked, Number(process.env['SOURCE_DATE_EPOCH'] ?? 0))
    mkdirSync(into, { recursive: true })
    writeFileSync(join(into, 'kubectl-peerprobe.tar.gz'), archive)
    writeFileSync(join(into, 'peerprobe.yaml'), krewManifest(read('.krew.yaml'), { tag, sha256: createHash('sha256').update(archive).digest('hex') }))
  } finally {
    rmSync(unpacked, { recursive: true })
  }
}

function fill (unpacked: string): void {
  const { imported } = compileCommands(Object.values(COMMANDS), unpacked)
  const { packages } = JSON.parse(read('package-lock.json')) as { packages: Record<string, InstalledPackage> }

  for (const path of installedPackages(packagesIn(imported), packages)) {
    // Packages within it are listed themselves, where they are needed.
    cpSync(join(ROOT, path), join(unpacked, path), { recursive: true, filter: from => !UNREAD.test(from) && !(basename(from) === 'node_modules' && from.length > join(ROOT, path).length) })
  }

  for (const [name, file] of Object.entries(COMMANDS)) {
    writeFileSync(join(unpacked, name), launcher(file.replace(/\.ts$/, '.js')))
    chmodSync(join(unpacked, name), 0o755)
  }

  const { version, type, license, engines } = JSON.parse(read('package.json')) as Record<string, unknown>
  writeFileSync(join(unpacked, 'package.json'), `${JSON.stringify({ name: 'kubectl-peerprobe', version, type, license, engines }, undefined, 2)}\n`)
  cpSync(join(ROOT, 'LICENSE'), join(unpacked, 'LICENSE'))
}

// An older Node would fail at the syntax of the commands.
function launcher (file: string): string {
  const [, major = '', minor = ''] = /^>=(\d+)\.(\d+)/.exec((JSON.parse(read('package.json')) as { engines: { node: string } }).engines.node) ?? []

  return `#!/usr/bin/env node
const [major, minor] = process.versions.node.split('.').map(Number)

if (major < ${major} || (major === ${major} && minor < ${minor})) {
  process.stderr.write('kubectl peerprobe needs Node.js ${major}.${minor} or later, and this is ' + process.version + '\\n')
  process.exit(1)
}
await import('./${file}')
`
}
