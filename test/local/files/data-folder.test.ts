import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { isProbeError } from '../../../core/errors.ts'
import { openDataFolder } from '../../../local/files/data-folder.ts'

async function withFolder (run: (path: string) => void | Promise<void>): Promise<void> {
  const path = await mkdtemp(join(tmpdir(), 'peerprobe-data-'))

  try {
    await run(path)
  } finally {
    await rm(path, { recursive: true })
  }
}

suite('openDataFolder', () => {
  test('refuses a folder that another run has locked, until that run ends', () => withFolder((path) => {
    {
      using first = openDataFolder(path, { empty: false })
      assert.throws(() => openDataFolder(path, { empty: true }), err => isProbeError(err, 'PP_CONFIG_INVALID') && err.message.includes(first.path))
    }

    using second = openDataFolder(path, { empty: false })
    assert.ok(existsSync(second.dumpFolder))
  }))

  test('removes files of an earlier practice run when asked, and no other files', () => withFolder((path) => {
    writeFileSync(join(path, 'notes.txt'), 'mine')
    {
      using first = openDataFolder(path, { empty: true })
      writeFileSync(first.databasePath, 'old')
    }
    {
      using emptied = openDataFolder(path, { empty: true })
      assert.ok(!existsSync(emptied.databasePath))
      writeFileSync(emptied.databasePath, 'of a manifest')
    }
    {
      using kept = openDataFolder(path, { empty: false })
      assert.ok(existsSync(kept.databasePath))
    }
    assert.throws(() => openDataFolder(path, { empty: true }), err => isProbeError(err, 'PP_CONFIG_INVALID') && err.message.includes('peerprobe.sqlite'))
    assert.deepEqual([readFileSync(join(path, 'peerprobe.sqlite'), 'utf8'), readFileSync(join(path, 'notes.txt'), 'utf8')], ['of a manifest', 'mine'])
  }))

  for (const name of ['secrets', 'dumps', 'state', 'config', 'logs']) {
    test(`leaves a folder ${name} of the user's alone, in every kind of run`, () => withFolder((path) => {
      mkdirSync(join(path, name, 'db'), { recursive: true })
      writeFileSync(join(path, name, 'db', 'password'), 'mine')
      openDataFolder(path, { empty: false })[Symbol.dispose]()
      try {
        openDataFolder(path, { empty: true })[Symbol.dispose]()
      } catch (err) {
        assert.ok(isProbeError(err, 'PP_CONFIG_INVALID'))
      }

      assert.equal(readFileSync(join(path, name, 'db', 'password'), 'utf8'), 'mine')
    }))
  }

  test('removes private folders at the end, or in the next run if this one was killed', () => withFolder((path) => {
    const script = `
      import { openDataFolder } from ${JSON.stringify(new URL('../../../local/files/data-folder.ts', import.meta.url).href)}
      process.stdout.write(openDataFolder(process.argv[1], { empty: false }).makePrivateFolder())
      process.kill(process.pid, 'SIGKILL')`
    const left = spawnSync(process.execPath, ['--input-type=module', '--eval', script, path], { encoding: 'utf8' }).stdout
    assert.ok(existsSync(left))
    assert.equal(statSync(left).mode & 0o777, 0o700)
    let made: string
    {
      using next = openDataFolder(path, { empty: false })
      made = next.makePrivateFolder()
      assert.deepEqual([existsSync(left), existsSync(made)], [false, true])
    }

    assert.ok(!existsSync(made))
  }))

  const unusable: [string, (file: string) => void][] = [
    ['holds something else', (file) => {
      writeFileSync(file, 'garbage '.repeat(100))
    }],
    ['is a folder', (file) => {
      mkdirSync(file)
    }]
  ]

  for (const [what, make] of unusable) {
    test(`reports the real cause when the lock file ${what}`, () => withFolder((path) => {
      make(join(path, 'lock.sqlite'))
      assert.throws(() => openDataFolder(path, { empty: false }), err =>
        isProbeError(err, 'PP_CONFIG_INVALID') && err.message.includes('lock.sqlite') && /not a database|unable to open/.test(err.message) && !err.message.includes('another run'))
    }))
  }

  test('reports that the folder cannot be created', () => withFolder(async (path) => {
    await writeFile(join(path, 'file'), '')
    assert.throws(() => openDataFolder(join(path, 'file', 'below'), { empty: false }), err => isProbeError(err, 'PP_CONFIG_INVALID') && err.message.includes('ENOTDIR'))
  }))

  test('reports that the system allows no new folders at all', () => {
    assert.throws(() => openDataFolder('/proc/peerprobe/data', { empty: false }), err => isProbeError(err, 'PP_CONFIG_INVALID') && err.message.includes('cannot create the folder /proc/peerprobe/data'))
  })
})
