import assert from 'node:assert/strict'
import { existsSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { isProbeError } from '../../core/errors.ts'
import { openDataFolder } from '../../local/data-folder.ts'

async function withFolder (run: (path: string) => void | Promise<void>): Promise<void> {
  const path = await mkdtemp(join(tmpdir(), 'peerprobe-data-'))

  try {
    await run(path)
  } finally {
    await rm(path, { recursive: true })
  }
}

suite('openDataFolder', () => {
  test('refuses a folder that another run holds, until that run ends', () => withFolder((path) => {
    {
      using first = openDataFolder(path, { empty: false })
      assert.throws(() => openDataFolder(path, { empty: true }), err => isProbeError(err, 'PP_CONFIG_INVALID') && err.message.includes(first.path))
    }

    using second = openDataFolder(path, { empty: false })
    assert.ok(existsSync(second.dumpFolder))
  }))

  test('forgets an earlier run only when asked, and never a file that is not its own', () => withFolder((path) => {
    writeFileSync(join(path, 'peerprobe.sqlite'), 'old')
    writeFileSync(join(path, 'notes.txt'), 'mine')
    {
      using kept = openDataFolder(path, { empty: false })
      assert.ok(existsSync(kept.databasePath))
    }
    using emptied = openDataFolder(path, { empty: true })
    assert.ok(!existsSync(emptied.databasePath))
    assert.ok(existsSync(join(path, 'notes.txt')))
  }))

  test('says so when the folder cannot be made', () => withFolder(async (path) => {
    await writeFile(join(path, 'file'), '')
    assert.throws(() => openDataFolder(join(path, 'file', 'below'), { empty: false }), err => isProbeError(err, 'PP_CONFIG_INVALID'))
  }))
})
