import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { suite, test } from 'node:test'
import { firstProgram } from '../../../core/files/first-program.ts'
import { TempFolder } from '../../support/temp-folder.ts'

suite('firstProgram', () => {
  test('prefers the order of the names to that of the folders, and takes neither a folder nor a file that does not run', () => {
    using folder = new TempFolder()
    for (const name of ['a', 'b', 'c']) {
      mkdirSync(folder.file(name))
    }
    writeFileSync(folder.file('a/second'), '', { mode: 0o755 })
    writeFileSync(folder.file('b/first'), '', { mode: 0o644 })
    writeFileSync(folder.file('c/first'), '', { mode: 0o755 })
    mkdirSync(folder.file('a/first'))
    const path = ['a', 'b', 'c'].map(name => folder.file(name)).join(':')

    assert.equal(firstProgram(['first', 'second'], path), folder.file('c/first'))
    assert.equal(firstProgram(['none', 'second'], path), folder.file('a/second'))
    assert.equal(firstProgram(['none'], path), undefined)
    assert.equal(firstProgram(['first'], ''), undefined)
  })
})
