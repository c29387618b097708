import assert from 'node:assert/strict'
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { suite, test } from 'node:test'
import { loadIdentity } from '../../../crawler/passive/identity.ts'
import { TempFolder } from '../../support/temp-folder.ts'

suite('loadIdentity', () => {
  test('creates a key that only its owner may read, and reads it again', async () => {
    using folder = new TempFolder()
    const path = folder.file('state/identity.key')
    const first = await loadIdentity(path)

    assert.ok(first.equals(await loadIdentity(path)))
    assert.equal(statSync(path).mode & 0o777, 0o600)
    assert.deepEqual(readdirSync(folder.file('state')), ['identity.key'])
  })

  test('does not replace a file without a valid key, and reports its path', async () => {
    using folder = new TempFolder()
    const path = folder.file('identity.key')

    for (const text of ['', 'no key', 'AAAA', 'x'.repeat(100_000)]) {
      writeFileSync(path, text)
      await assert.rejects(loadIdentity(path), { code: 'PP_CONFIG_INVALID', message: /^passive\.identityFile: .*identity\.key contains no private key/ })
      assert.equal(readFileSync(path, 'utf8'), text)
    }
  })

  test('reports why a file cannot be read or created', async () => {
    using folder = new TempFolder()
    writeFileSync(folder.file('file'), '')

    await assert.rejects(loadIdentity(folder.path), { code: 'PP_CONFIG_INVALID', message: /EISDIR/ })
    await assert.rejects(loadIdentity(folder.file('file/identity.key')), { code: 'PP_CONFIG_INVALID', message: /ENOTDIR/ })
  })
})
