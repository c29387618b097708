import assert from 'node:assert/strict'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { suite, test } from 'node:test'
import { PendingFile } from '../../../core/files/pending-file.ts'
import { TempFolder } from '../../support/temp-folder.ts'

suite('PendingFile', () => {
  test('is private under a temporary name, and appears with its permissions when it is finished', async () => {
    using folder = new TempFolder()
    await using file = await PendingFile.open(folder.file('a'), { mode: 0o640, ending: '.partial' })
    await file.handle.appendFile('text')
    const [temporary = ''] = readdirSync(folder.path)

    assert.match(temporary, /^a\.[0-9a-f-]+\.partial$/)
    assert.equal(statSync(folder.file(temporary)).mode & 0o777, 0o600)

    await file.finish()
    assert.deepEqual(readdirSync(folder.path), ['a'])
    assert.equal(readFileSync(folder.file('a'), 'utf8'), 'text')
    assert.equal(statSync(folder.file('a')).mode & 0o777, 0o640)
  })

  test('leaves nothing when it is disposed before', async () => {
    using folder = new TempFolder()
    const file = await PendingFile.open(folder.file('a'))
    await file.handle.appendFile('half')
    await file[Symbol.asyncDispose]()
    await file[Symbol.asyncDispose]()

    assert.deepEqual(readdirSync(folder.path), [])
  })
})
