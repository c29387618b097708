import assert from 'node:assert/strict'
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { suite, test } from 'node:test'
import { fillFileAtomically } from '../../../core/files/atomic-file.ts'
import { TempFolder } from '../../support/temp-folder.ts'

suite('fillFileAtomically', () => {
  test('replaces a file with a private one when it is complete', async () => {
    using folder = new TempFolder()
    writeFileSync(folder.file('a'), 'before', { mode: 0o644 })
    const result = await fillFileAtomically(folder.file('a'), async (handle) => {
      await handle.appendFile('after')
      assert.equal(readFileSync(folder.file('a'), 'utf8'), 'before')

      return 7
    })

    assert.equal(result, 7)
    assert.equal(readFileSync(folder.file('a'), 'utf8'), 'after')
    assert.equal(statSync(folder.file('a')).mode & 0o777, 0o600)
    assert.deepEqual(readdirSync(folder.path), ['a'])
  })

  test('leaves everything as it was when filling fails', async () => {
    using folder = new TempFolder()
    writeFileSync(folder.file('a'), 'before')
    const failure = new TypeError('no more')
    await assert.rejects(fillFileAtomically(folder.file('a'), async (handle) => {
      await handle.appendFile('half')
      throw failure
    }), failure)

    assert.equal(readFileSync(folder.file('a'), 'utf8'), 'before')
    assert.deepEqual(readdirSync(folder.path), ['a'])
  })
})
