// The image as the Dockerfile makes it: what is in it, that two builds are the same, and that its processes start in it, where there is
// nothing but it.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { lstatSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { findProgram } from '../../scripts/provision/programs.ts'
import { lockedPackages } from '../../scripts/supply/lock-file.ts'
import { buildImageTree, contentOf, recipeOf } from '../support/image-tree.ts'
import { TempFolder } from '../support/temp-folder.ts'
import type { ImageTree } from '../support/image-tree.ts'

interface Manifest { dependencies: Record<string, string> }
interface End { status: number | null, stdout: string, stderr: string }

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const unshare = findProgram('unshare') ?? ''
const MEGABYTE = 1_000_000
// It has 194 MB: 127 of Node, 6 of libraries, 61 of packages and our sources. Growth beyond that needs a look.
const MAX_BYTES = 215 * MEGABYTE

suite('the image', () => {
  const folder = new TempFolder()
  let tree: ImageTree
  let content: Map<string, string>

  before(() => {
    tree = buildImageTree(folder.file('first'))
    content = contentOf(tree.root)
    mkdirSync(join(tree.root, 'proc'))
  })
  after(() => {
    folder[Symbol.dispose]()
  })

  // In a root, processes and a user of its own; nothing of this machine is in its path.
  const run = (...args: string[]): End => {
    const user = process.getuid?.() === 0 ? ['--setuid', '65532', '--setgid', '65532'] : ['--user', '--map-root-user']
    const [node = '', ...flags] = tree.entrypoint

    return spawnSync(unshare, ['--mount', '--pid', '--fork', '--mount-proc', `--root=${tree.root}`, `--wd=${tree.workdir}`, ...user, node, ...flags, ...args], { encoding: 'utf8', env: { PATH: '/usr/local/bin' } })
  }

  test('is the same, file by file, when it is built again', () => {
    const again = contentOf(buildImageTree(folder.file('second')).root)

    assert.ok(content.size > 3_000)
    assert.deepEqual([...content.keys()].filter(path => content.get(path) !== again.get(path)), [])
    assert.deepEqual([...again.keys()].filter(path => !content.has(path)), [])
  })

  test('has another recipe when a file of the build changes, and only then', () => {
    const source = folder.file('source')
    mkdirSync(join(source, 'core'), { recursive: true })
    const write = (path: string, text: string): string => {
      writeFileSync(join(source, path), text)

      return recipeOf(source)
    }
    writeFileSync(join(source, 'Dockerfile'), 'FROM scratch')
    writeFileSync(join(source, '.dockerignore'), '*\n!core\n!package.json\n')
    writeFileSync(join(source, 'package.json'), '{}')
    const recipe = write('core/a.ts', 'a')

    assert.equal(write('core/a.ts', 'a'), recipe)
    assert.equal(write('outside.ts', 'x'), recipe, 'the build does not see it')
    const others = [write('core/a.ts', 'b'), write('core/b.ts', 'b'), write('package.json', '{ }'), write('Dockerfile', 'FROM other')]
    assert.equal(new Set([recipe, ...others]).size, 5)
  })

  test('holds Node, the libraries that it loads, production packages and our sources, and stays small', () => {
    const paths = [...content.keys()]
    const outside = paths.filter(path => !path.startsWith('app/'))
    const { dependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Manifest
    const installed = paths.flatMap(path => /^app\/(.*node_modules\/(?:@[^/]+\/)?[^@/]+)\/package\.json$/.exec(path)?.[1] ?? [])
    const production = new Set(lockedPackages().filter(({ dev }) => dev !== true).map(({ path }) => path))

    assert.deepEqual(outside.filter(path => !/^(?:usr\/local\/bin\/node|(?:usr\/)?lib(?:64)?\/(?:[^/]+\/)?(?:lib[\w+.-]+|ld-linux[\w.-]+)\.so\.\d+|etc\/(?:passwd|group|nsswitch\.conf|os-release)|usr\/share\/doc\/[^/]+\/copyright|var\/lib\/dpkg\/status\.d\/[^/]+)$/.test(path)), [])
    assert.deepEqual(Object.keys(dependencies).filter(name => !installed.includes(`node_modules/${name}`)), [])
    assert.deepEqual(installed.filter(path => !production.has(path)), [])
    assert.ok(production.size < lockedPackages().length)
    assert.deepEqual(paths.filter(path => /^app\/(?!node_modules\/|core\/|crawler\/|consumer\/|operator\/|local\/|cli\/)[^/]+\//.test(path)), [])
    assert.deepEqual(paths.filter(path => /^app\/node_modules\/.*\.(?:[cm]?ts|map)$/.test(path)), [])
    assert.ok(paths.includes('usr/local/bin/node') && paths.includes('app/operator/readiness/main.ts'))

    const bytes = paths.reduce((sum, path) => sum + lstatSync(join(tree.root, path)).size, 0)
    assert.ok(bytes < MAX_BYTES, `${String(Math.round(bytes / MEGABYTE))} MB`)
  })

  test('starts each of its processes: with what it says of itself, or of a configuration that is missing', () => {
    for (const [entry, name] of [['operator/main.ts', 'peerprobe-operator'], ['operator/commands/main.ts', 'kubectl-peerprobe'], ['operator/readiness/main.ts', 'peerprobe-operator-readiness'], ['cli/main.ts', 'peerprobe']]) {
      const { status, stdout, stderr } = run(entry!, '--help')
      assert.equal(status, 0, `${entry!}: ${stderr}`)
      assert.ok(stdout.startsWith(`Usage: ${name!} `), stdout)
    }

    for (const entry of ['crawler/main.ts', 'consumer/main.ts', 'consumer/jobs/prepare/main.ts', 'consumer/jobs/retention/main.ts']) {
      const { status, stdout, stderr } = run(entry)
      assert.equal(status, 64, `${entry}: ${stdout}${stderr}`)
      assert.match(`${stdout}${stderr}`, /PP_CONFIG_INVALID.*PEERPROBE_CONFIG|PEERPROBE_CONFIG.*PP_CONFIG_INVALID/)
    }
  })

  test('loads its native packages, and finds names in /etc/hosts before it asks anybody', () => {
    writeFileSync(join(tree.root, 'etc/hosts'), '127.0.0.9 broker.example\n')
    const { status, stdout, stderr } = run('--input-type=module', '-e', `
      import { lookup } from 'node:dns/promises'
      import sodium from 'sodium-native'
      import { compressSync, uncompressSync } from 'lz4-napi'
      import { quic } from '@chainsafe/libp2p-quic'
      const key = Buffer.alloc(sodium.crypto_generichash_BYTES)
      sodium.crypto_generichash(key, Buffer.from('a'))
      const text = uncompressSync(compressSync(Buffer.from('b'))).toString()
      const { address } = await lookup('broker.example')
      console.log(key.length, text, typeof quic, address, process.getuid())
    `)

    assert.equal(status, 0, stderr)
    assert.match(stdout, /^32 b function 127\.0\.0\.9 (?:65532|0)\n$/)
  })

  test('has no shell: what asks for one fails', () => {
    const { stdout } = run('-e', 'console.log(require("node:child_process").spawnSync("sh", ["-c", "true"]).error?.code)')

    assert.equal(stdout, 'ENOENT\n')
  })
})
