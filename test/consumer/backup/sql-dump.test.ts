import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { suite, test } from 'node:test'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { bytesOf } from '../../../consumer/backup/sql-dump.ts'
import { TempFolder } from '../../support/temp-folder.ts'

suite('the bytes of a dump', () => {
  test('are read when they are asked for', async () => {
    using folder = new TempFolder()
    const bytes = bytesOf(folder.file('dump.sql'))
    writeFileSync(folder.file('dump.sql'), 'later')

    assert.equal(Buffer.concat(await Array.fromAsync(bytes)).toString(), 'later')
  })

  test('fail their reader alone where the file is not there', async () => {
    using folder = new TempFolder()
    const bytes = bytesOf(folder.file('nowhere.sql'))

    // A file that was opened at once would fail before it is read, with nobody there to take the error.
    for (let turn = 0; turn < 50; turn++) {
      await nextTurn()
    }
    await assert.rejects(Array.fromAsync(bytes), { code: 'ENOENT' })
  })
})
