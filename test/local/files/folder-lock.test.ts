import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { suite, test } from 'node:test'
import { isProbeError } from '../../../core/errors.ts'
import { FolderLock } from '../../../local/files/folder-lock.ts'
import { TempFolder } from '../../support/temp-folder.ts'

suite('FolderLock', () => {
  test('is held by one at a time, even after a write', () => {
    using folder = new TempFolder()
    const hold = (): FolderLock => FolderLock.hold(folder.file('lock.sqlite'), folder.path)
    {
      using first = hold()
      first.remember('private', '/tmp/a')
      assert.throws(hold, err => isProbeError(err, 'PP_CONFIG_INVALID') && err.message.includes('another run is using'))
    }
    using second = hold()

    assert.deepEqual(second.made('private'), ['/tmp/a'])
  })

  test('remembers created files by kind, until they are removed from the record', () => {
    using folder = new TempFolder()
    using lock = FolderLock.hold(folder.file('lock.sqlite'), folder.path)
    lock.remember('private', '/tmp/a')
    lock.remember('practice', 'dumps')
    lock.remember('practice', 'dumps')
    lock.forget('private', '/tmp/a')
    lock.forget('private', 'dumps')

    assert.deepEqual([lock.made('private'), lock.made('practice')], [[], ['dumps']])
  })

  test('refuses a file in which another program has a table of that name', () => {
    using folder = new TempFolder()
    const other = new DatabaseSync(folder.file('lock.sqlite'))
    other.exec('CREATE TABLE made (id INTEGER)')
    other.close()

    assert.throws(() => FolderLock.hold(folder.file('lock.sqlite'), folder.path), err => isProbeError(err, 'PP_CONFIG_INVALID') && err.message.includes('lock.sqlite cannot be used as the lock'))
  })
})
