// The attack: a package that runs a program when it is installed. This test runs npm with the
// settings of the repository and without network.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { root } from './import-graph.ts'

// `npm run --silent` passes its settings on through the environment: npm would then fail without a message.
const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_config_/i.test(name)))

const HOSTILE = { name: 'hostile', version: '1.0.0', scripts: { postinstall: 'echo ran > ../../ran' } }

function install (): { status: number | null, stderr: string, hasRun: boolean } {
  const folder = mkdtempSync(join(tmpdir(), 'peerprobe-install-'))
  const npm = (...args: string[]): { status: number | null, stderr: string } => spawnSync('npm', args, { cwd: folder, env: environment, encoding: 'utf8' })

  try {
    mkdirSync(join(folder, 'hostile'))
    writeFileSync(join(folder, 'hostile/package.json'), JSON.stringify(HOSTILE))
    const { allowScripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { allowScripts: object }
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'victim', version: '1.0.0', allowScripts }))
    copyFileSync(join(root, '.npmrc'), join(folder, '.npmrc'))
    assert.equal(npm('pack', './hostile').status, 0)
    const { status, stderr } = npm('install', '--offline', './hostile-1.0.0.tgz')

    return { status, stderr, hasRun: existsSync(join(folder, 'ran')) }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

test('an install script that package.json does not allow does not run, and the installation fails with the package\'s name', () => {
  const { status, stderr, hasRun } = install()

  assert.equal(hasRun, false)
  assert.notEqual(status, 0)
  assert.match(stderr, /hostile@1\.0\.0/)
})
