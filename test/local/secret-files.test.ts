import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { suite, test } from 'node:test'
import { SecretFiles } from '../../local/secret-files.ts'
import { TempFolder } from '../support/temp-folder.ts'

const field = ['spec', 'mysql', 'credentialsSecret']
const secrets = [{ name: 'mysql', values: new Map([['password', Buffer.from('secret\n')]]) }]

suite('SecretFiles', () => {
  test('write those of the manifest for this user alone, and remove them at the end', () => {
    using folder = new TempFolder()
    const path = folder.file('secrets/mysql/password')
    {
      using files = new SecretFiles({ secrets, dir: undefined, folder: folder.file('secrets') })

      assert.equal(files.file(field, 'mysql', 'password'), path)
      assert.equal(readFileSync(path, 'utf8'), 'secret\n')
      assert.equal(statSync(path).mode & 0o777, 0o600)
      assert.equal(files.text(field, 'mysql', 'password'), 'secret')
      assert.deepEqual(files.problems, [])
    }

    assert.ok(!existsSync(path))
  })

  test('use those of a folder where they are, and forget what an earlier run left', () => {
    using folder = new TempFolder()
    mkdirSync(folder.file('mine/kafka'), { recursive: true })
    writeFileSync(folder.file('mine/kafka/username'), 'ana')
    mkdirSync(folder.file('secrets/old'), { recursive: true })
    using files = new SecretFiles({ secrets: [], dir: folder.file('mine'), folder: folder.file('secrets') })

    assert.equal(files.file(field, 'kafka', 'username'), folder.file('mine/kafka/username'))
    assert.equal(files.text(field, 'kafka', 'username'), 'ana')
    assert.ok(!existsSync(folder.file('secrets/old')))
  })

  test('tell everything that is not there', () => {
    using folder = new TempFolder()
    using files = new SecretFiles({ secrets, dir: folder.file('none'), folder: folder.file('secrets') })

    assert.equal(files.file(field, 'mysql', 'ca.crt'), '')
    assert.equal(files.text(field, 'kafka', 'username'), '')
    assert.deepEqual(files.problems.map(problem => problem.slice(0, problem.indexOf(' is not'))), [
      'spec.mysql.credentialsSecret: the key ca.crt of Secret mysql',
      'spec.mysql.credentialsSecret: the key username of Secret kafka'
    ])
  })
})
