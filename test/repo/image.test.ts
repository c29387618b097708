import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { baseImage, foreignImages } from '../../scripts/supply/base-image.ts'
import { lockedPackages } from '../../scripts/supply/lock-file.ts'
import { importsOf, packagesOf, root } from './import-graph.ts'

const ENTRIES = ['operator/main.ts', 'crawler/main.ts', 'consumer/main.ts', 'consumer/jobs/prepare/main.ts', 'consumer/jobs/retention/main.ts', 'cli/main.ts']

test('the image contains every file and package that its entry points import, and no development package', () => {
  const copied = [...readFileSync(join(root, 'Dockerfile'), 'utf8').matchAll(/^COPY (\w+) \1$/gm)].map(match => match[1])
  const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { dependencies: Record<string, string> }
  const reached = new Set(ENTRIES)

  for (const file of reached) {
    importsOf(file).forEach(imported => reached.add(imported))
  }

  assert.ok(reached.size > 100)
  // There is no other program in it than Node, which is all that a run on one machine starts; its practice network in Go needs
  // Go, a backup of MySQL on a machine needs the program that dumps, and a check from a
  // crawler's pod the kubectl of the machine where it is asked for.
  assert.deepEqual([...reached].filter(file => packagesOf(file).includes('node:child_process')).sort(), [
    'cli/check/check-from.ts',
    'consumer/backup/mysql-backup.ts',
    'local/devnet/go/build-go-devnet.ts',
    'local/devnet/go/go-devnet-process.ts',
    'local/devnet/spawn.ts',
    'local/supervised-child.ts'
  ])
  assert.deepEqual([...reached].filter(file => !copied.includes(file.split('/')[0])), [])
  assert.deepEqual([...new Set([...reached].flatMap(packagesOf))].filter(name => !name.startsWith('node:') && !Object.hasOwn(dependencies, packageOf(name))), [])
})

test('the image has one base, given by version and digest, with the Node version of the tests', () => {
  const { reference, nodeVersion, digest } = baseImage()

  assert.match(reference, /^node:\d+\.\d+\.\d+-slim@sha256:[0-9a-f]{64}$/)
  assert.match(digest, /^[0-9a-f]{64}$/)
  assert.equal(nodeVersion, lockedPackages().find(({ path }) => path === 'node_modules/node')?.version)
})

test('every Dockerfile refers to external images by digest', () => {
  const dockerfiles = globSync('{**,.*/**}/{*.,}{Dockerfile,Containerfile}{.*,}', { cwd: root, exclude: ['node_modules/**', '.git/**'] })

  assert.ok(dockerfiles.includes('Dockerfile') && dockerfiles.includes('.devcontainer/Dockerfile'))
  for (const file of dockerfiles) {
    assert.deepEqual(foreignImages(readFileSync(join(root, file), 'utf8')).filter(image => !/@sha256:[0-9a-f]{64}$/.test(image)), [], file)
  }
})

test('a base without digest, without version, by a variable, or besides another one is refused', () => {
  const sha = `@sha256:${'a'.repeat(64)}`
  const refused = [
    'FROM node:24-slim',
    `FROM node:24-slim${sha}`,
    'FROM node:24.21.0-slim',
    'FROM node',
    `FROM node${sha}`,
    'FROM ${BASE}',
    `FROM node:24.21.0-slim${sha.slice(0, -1)}`,
    `from --platform=linux/amd64 node:24.21.0-slim as base`,
    `FROM node:24.21.0-slim${sha} AS base\nFROM base\nCOPY --from=busybox:latest /bin/sh /bin/sh`,
    `FROM node:24.21.0-slim${sha} AS base\nRUN --mount=type=bind,from=busybox,target=/x ls`,
    ''
  ]

  for (const dockerfile of refused) {
    assert.throws(() => baseImage(dockerfile), { code: 'PP_CONFIG_INVALID' }, dockerfile)
  }
  assert.equal(baseImage(`FROM node:24.21.0-slim${sha} AS Base\nFROM base AS packages\nFROM base\nCOPY --from=packages /a /a\nCOPY --from=0 /b /b`).tag, '24.21.0-slim')
})

function packageOf (specifier: string): string {
  return specifier.split('/').slice(0, specifier.startsWith('@') ? 2 : 1).join('/')
}
