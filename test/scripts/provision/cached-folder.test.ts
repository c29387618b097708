import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { suite, test } from 'node:test'
import { CachedFolder } from '../../../scripts/provision/cached-folder.ts'
import { TempFolder } from '../../support/temp-folder.ts'

/** Runs with a separate cache. */
async function withCache (body: (cache: TempFolder) => Promise<void>): Promise<void> {
  using cache = new TempFolder()
  const before = process.env['XDG_CACHE_HOME']
  process.env['XDG_CACHE_HOME'] = cache.path

  try {
    await body(cache)
  } finally {
    if (before === undefined) {
      delete process.env['XDG_CACHE_HOME']
    } else {
      process.env['XDG_CACHE_HOME'] = before
    }
  }
}

const write = (text: string) => async (folder: string): Promise<void> => {
  writeFileSync(join(folder, 'part'), text)
}

suite('CachedFolder', () => {
  test('exists once it is filled, and is shared by all with the same recipe', async () => {
    await withCache(async () => {
      const folder = new CachedFolder('part', 'version 1')
      assert.equal(folder.isThere, false)
      await folder.fill(write('one'))

      assert.equal(new CachedFolder('part', 'version 1').isThere, true)
      assert.equal(new CachedFolder('part', 'version 2').isThere, false)
      assert.equal(readFileSync(join(folder.path, 'part'), 'utf8'), 'one')
    })
  })

  test('leaves nothing behind when filling fails', async () => {
    await withCache(async () => {
      const folder = new CachedFolder('part', 'version 1')
      await assert.rejects(folder.fill(async () => {
        throw new RangeError('no network')
      }), RangeError)

      assert.equal(existsSync(folder.path), false)
      assert.deepEqual(readdirSync(dirname(folder.path)), [])
    })
  })

  test('keeps what another process filled first', async () => {
    await withCache(async () => {
      const folder = new CachedFolder('part', 'version 1')
      await folder.fill(async (unfinished) => {
        await write('late')(unfinished)
        await new CachedFolder('part', 'version 1').fill(async (other) => {
          assert.equal(other, unfinished)
          await write('first')(other)
        })
      })

      assert.equal(readFileSync(join(folder.path, 'part'), 'utf8'), 'first')
    })
  })
})
