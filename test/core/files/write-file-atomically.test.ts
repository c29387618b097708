import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { suite, test } from 'node:test'
import { writeFileAtomically } from '../../../core/files/write-file-atomically.ts'
import { TempFolder } from '../../support/temp-folder.ts'

suite('writeFileAtomically', () => {
  test('makes the folder, replaces what was there, and leaves nothing beside it', async () => {
    using folder = new TempFolder()
    const path = folder.file('a/b/file')
    await writeFileAtomically(path, 'first')
    await writeFileAtomically(path, 'second')

    assert.equal(readFileSync(path, 'utf8'), 'second')
    assert.equal(statSync(path).mode & 0o777, 0o600)
    assert.deepEqual(readdirSync(folder.file('a/b')), ['file'])
  })

  test('leaves nothing beside it where it fails', async () => {
    using folder = new TempFolder()
    mkdirSync(folder.file('taken/inside'), { recursive: true })

    await assert.rejects(writeFileAtomically(folder.file('taken'), 'text'))
    assert.deepEqual(readdirSync(folder.path), ['taken'])
  })
})
