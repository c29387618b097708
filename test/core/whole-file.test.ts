import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { suite, test } from 'node:test'
import { writeWholeFile } from '../../core/whole-file.ts'
import { TempFolder } from '../support/temp-folder.ts'

suite('writeWholeFile', () => {
  test('makes the folder, replaces what was there, and leaves nothing beside it', async () => {
    using folder = new TempFolder()
    const path = folder.file('a/b/file')
    await writeWholeFile(path, 'first')
    await writeWholeFile(path, 'second')

    assert.equal(readFileSync(path, 'utf8'), 'second')
    assert.equal(statSync(path).mode & 0o777, 0o600)
    assert.deepEqual(readdirSync(folder.file('a/b')), ['file'])
  })

  test('leaves nothing beside it where it fails', async () => {
    using folder = new TempFolder()
    mkdirSync(folder.file('taken/inside'), { recursive: true })

    await assert.rejects(writeWholeFile(folder.file('taken'), 'text'))
    assert.deepEqual(readdirSync(folder.path), ['taken'])
  })
})
