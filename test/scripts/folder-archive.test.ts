import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { folderArchive } from '../../scripts/release/folder-archive.ts'
import { TempFolder } from '../support/temp-folder.ts'

// The same files, made at another time, in another order, with other rights.
function make (folder: TempFolder, order: readonly string[], { mode, seconds }: { mode: number, seconds: number }): void {
  mkdirSync(folder.file('b'), { recursive: true })

  for (const path of order) {
    writeFileSync(folder.file(path), path)
    chmodSync(folder.file(path), path === 'run' ? 0o755 : mode)
    utimesSync(folder.file(path), seconds, seconds)
  }
}

test('an archive of a folder depends on the paths and contents of its files, and on the time that was asked for', async () => {
  using one = new TempFolder()
  using two = new TempFolder()
  const long = `b/${'long-'.repeat(40)}name`
  make(one, ['a', 'b/c', long, 'run'], { mode: 0o644, seconds: 1_000_000 })
  make(two, ['run', long, 'b/c', 'a'], { mode: 0o600, seconds: 2_000_000 })
  const archive = await folderArchive(one.path, 1_700_000_000)
  assert.deepEqual(await folderArchive(two.path, 1_700_000_000), archive)
  assert.notDeepEqual(await folderArchive(two.path, 1_700_000_001), archive)

  using unpacked = new TempFolder()
  execFileSync('tar', ['-xzf', '-', '-C', unpacked.path], { input: archive })
  assert.equal(execFileSync('cat', ['a', 'b/c', long, 'run'], { cwd: unpacked.path, encoding: 'utf8' }), `ab/c${long}run`)
  const listed = execFileSync('tar', ['-tvzf', '-'], { input: archive, encoding: 'utf8', env: { ...process.env, TZ: 'UTC' } })
  assert.match(listed, /^-rw-r--r-- 0\/0 +1 2023-11-14 22:13 a$/m)
  assert.match(listed, /^-rwxr-xr-x 0\/0 +3 2023-11-14 22:13 run$/m)
})
