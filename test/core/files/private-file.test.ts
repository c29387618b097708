import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, lstatSync, mkdirSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { preparePrivateFile, protectFile } from '../../../core/files/private-file.ts'
import { TempFolder } from '../../support/temp-folder.ts'

const WRITER = fileURLToPath(new URL('../../support/write-all-files.ts', import.meta.url))
const UMASK = encodeURIComponent('process.umask(0)')

/** What a process with umask 0 leaves in a folder: the mode of each file and folder, while its databases are open. */
async function modesOf (folder: string): Promise<Record<string, string>> {
  const child = fork(WRITER, [folder], { execArgv: ['--disable-warning=ExperimentalWarning', '--import', `data:text/javascript,${UMASK}`] })
  const ended = once(child, 'exit')

  try {
    assert.deepEqual((await Promise.race([once(child, 'message'), ended]))[0], 'written')

    return Object.fromEntries(readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort().map(name => [name, (lstatSync(join(folder, name)).mode & 0o777).toString(8)]))
  } finally {
    child.disconnect()
    await ended
  }
}

suite('files of a run', () => {
  test('are for their owner alone, and so are the folders that it makes, whatever the umask is', async () => {
    using folder = new TempFolder()
    const modes = await modesOf(folder.path)

    assert.deepEqual(Object.keys(modes).filter(name => modes[name] !== '600'), ['run', 'run/config', 'run/dumps', 'run/logs', 'run/state', 'run/state/main'])
    assert.deepEqual(new Set(Object.values(modes)), new Set(['700', '600']))
    const expected = ['bus.sqlite', 'bus.sqlite-shm', 'bus.sqlite-wal', 'bus.sqlite-written', 'peerprobe.sqlite', 'peerprobe.sqlite-shm', 'peerprobe.sqlite-wal', 'lock.sqlite', 'dumps/manifest.json', 'logs/child.log', 'logs/child.last-words', 'state/main/identity.key', 'state/main/known-peers.ndjson']
    assert.deepEqual(expected.filter(name => modes[`run/${name}`] === undefined), [])
  })

  test('of an earlier run are taken from others; folders stay as they are, and so do files that are not ours', async () => {
    using folder = new TempFolder()
    const first = await modesOf(folder.path)
    const open = (name: string): void => {
      chmodSync(join(folder.path, name), first[name] === '700' ? 0o755 : 0o644)
    }
    readdirSync(folder.path, { recursive: true, encoding: 'utf8' }).forEach(open)
    // As a killed process leaves them.
    const left = ['peerprobe.sqlite-wal', 'bus.sqlite-shm', 'logs/child.log.1', 'dumps/nodes-20261130T100000.000Z.ndjson.zst']
    const foreign = ['notes.txt', 'dumps/theirs.csv', 'logs/theirs.log', 'config/theirs.json']
    ;[...left, ...foreign].forEach((name) => {
      writeFileSync(folder.file(`run/${name}`), '')
      chmodSync(folder.file(`run/${name}`), 0o644)
    })
    const modes = await modesOf(folder.path)
    const theirs = Object.keys(modes).filter(name => modes[name] === '644')

    assert.deepEqual(theirs, foreign.map(name => `run/${name}`).sort())
    assert.deepEqual(Object.keys(modes).filter(name => modes[name] === '755'), ['run', 'run/config', 'run/dumps', 'run/logs', 'run/state', 'run/state/main'])
    assert.deepEqual(left.filter(name => modes[`run/${name}`] !== '600'), [])
  })

  test('are never what a link leads to, and never a folder', () => {
    using folder = new TempFolder()
    const target = folder.file('passwords')
    writeFileSync(target, 'somebody else\'s')
    chmodSync(target, 0o644)
    symlinkSync(target, folder.file('bus.sqlite'))
    mkdirSync(folder.file('sub'))
    chmodSync(folder.file('sub'), 0o755)
    protectFile(folder.file('bus.sqlite'))
    preparePrivateFile(folder.file('bus.sqlite'))
    preparePrivateFile(folder.file('sub'))
    protectFile(folder.file('nothing'))

    assert.deepEqual([target, folder.file('sub')].map(path => statSync(path).mode & 0o777), [0o644, 0o755])
  })
})
