/**
 * `node scripts/supply/system-root.ts FOLDER PACKAGES`: all of the base image that our processes use, as a root of its own: Node, the
 * libraries that it and the native packages below PACKAGES load, and what these ask for. No shell and no package manager is left. What is
 * taken is listed as Debian lists packages, so that scanners of images find it.
 */
import { execFileSync } from 'node:child_process'
import { chmodSync, cpSync, existsSync, globSync, mkdirSync, realpathSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { librariesIn, ownersIn } from './shared-libraries.ts'

// The Dockerfile uses the numeric id; the name is for people.
const USER = 65_532
const FILES = {
  'etc/passwd': `root:x:0:0:root:/:/\npeerprobe:x:${String(USER)}:${String(USER)}:peerprobe:/app:/\n`,
  'etc/group': `root:x:0:\npeerprobe:x:${String(USER)}:\n`,
  // Without it the C library queries name servers before it reads /etc/hosts.
  'etc/nsswitch.conf': 'hosts: files dns\n'
}

const [folder = '', packages = ''] = process.argv.slice(2)

if (folder === '' || packages === '') {
  process.stderr.write('usage: node scripts/supply/system-root.ts FOLDER PACKAGES\n')
  process.exitCode = 64
} else {
  makeRoot(folder, nativeOf(packages))
}

function makeRoot (root: string, programs: readonly string[]): void {
  const libraries = [...new Set([process.execPath, ...programs].flatMap(program => librariesIn(execFileSync('ldd', [program], { encoding: 'utf8' }), program)))].sort()

  for (const library of libraries) {
    take(root, library, library)
  }
  take(root, process.execPath, '/usr/local/bin/node')
  listPackages(root, libraries)

  for (const [path, text] of Object.entries(FILES)) {
    put(root, path, text)
  }
  mkdirSync(join(root, 'tmp'), { recursive: true })
  chmodSync(join(root, 'tmp'), 0o1777)
}

// Libraries for another processor cannot be loaded here, and no process needs them.
function nativeOf (packages: string): string[] {
  return globSync('**/*.node', { cwd: packages }).filter(path => !path.includes('/prebuilds/') || path.includes(`/prebuilds/linux-${process.arch}`)).map(path => join(packages, path)).sort()
}

function take (root: string, from: string, to: string): void {
  mkdirSync(dirname(join(root, to)), { recursive: true })
  cpSync(realpathSync(from), join(root, to))
  chmodSync(join(root, to), 0o755)
}

function put (root: string, path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true })
  writeFileSync(join(root, path), text, { mode: 0o644 })
}

// As in images without dpkg: one file for each package.
function listPackages (root: string, libraries: readonly string[]): void {
  const names = new Set(libraries.flatMap(library => ownersIn(query('-S', `*/${basename(realpathSync(library))}`))))

  for (const name of [...names].sort()) {
    put(root, `var/lib/dpkg/status.d/${name}`, query('-s', name))
    const copyright = `usr/share/doc/${name}/copyright`

    if (existsSync(`/${copyright}`)) {
      take(root, `/${copyright}`, copyright)
      chmodSync(join(root, copyright), 0o644)
    }
  }
  take(root, '/etc/os-release', 'etc/os-release')
  chmodSync(join(root, 'etc/os-release'), 0o644)
}

function query (...args: string[]): string {
  return execFileSync('dpkg-query', args, { encoding: 'utf8' })
}
