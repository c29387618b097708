import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { suite, test } from 'node:test'
import { isProbeError } from '../../../core/errors.ts'
import { refuseSecretsInside, SecretFiles } from '../../../local/files/secret-files.ts'
import { TempFolder } from '../../support/temp-folder.ts'

const field = ['spec', 'mysql', 'credentialsSecret']
const secrets = [{ name: 'mysql', values: new Map([['password', Buffer.from('secret\n')]]) }]
const makeNone = (): string => assert.fail('made a folder')

suite('SecretFiles', () => {
  test('write the Secrets of the manifest for this user alone', () => {
    using folder = new TempFolder()
    const path = folder.file('made/mysql/password')
    const files = new SecretFiles({ secrets, dir: undefined, makeFolder: () => folder.file('made') })

    assert.equal(files.file(field, 'mysql', 'password'), path)
    assert.equal(readFileSync(path, 'utf8'), 'secret\n')
    assert.equal(statSync(path).mode & 0o777, 0o600)
    assert.equal(files.text(field, 'mysql', 'password'), 'secret')
    assert.deepEqual(files.problems, [])
  })

  test('read the Secrets of a folder in place, and write none if the manifest has none', () => {
    using folder = new TempFolder()
    mkdirSync(folder.file('mine/kafka'), { recursive: true })
    writeFileSync(folder.file('mine/kafka/username'), 'ana')
    const files = new SecretFiles({ secrets: [], dir: folder.file('mine'), makeFolder: makeNone })

    assert.equal(files.file(field, 'kafka', 'username'), folder.file('mine/kafka/username'))
    assert.equal(files.text(field, 'kafka', 'username'), 'ana')
  })

  test('report everything that is missing', () => {
    using folder = new TempFolder()
    const files = new SecretFiles({ secrets, dir: folder.file('none'), makeFolder: () => folder.file('made') })

    assert.equal(files.file(field, 'mysql', 'ca.crt'), '')
    assert.equal(files.text(field, 'kafka', 'username'), '')
    assert.deepEqual(files.problems.map(problem => problem.slice(0, problem.indexOf(' is missing'))), [
      'spec.mysql.credentialsSecret: the key ca.crt of Secret mysql',
      'spec.mysql.credentialsSecret: the key username of Secret kafka'
    ])
  })
})

suite('a folder of Secrets', () => {
  const isRefused = (dir: string, dataFolder: string): boolean => {
    try {
      refuseSecretsInside(dir, dataFolder)
      return false
    } catch (err) {
      return isProbeError(err, 'PP_CONFIG_INVALID') && err.message.includes('--secrets') && err.message.includes('--data')
    }
  }

  test('is refused inside the folder of the run, whichever path is used', () => {
    using folder = new TempFolder()
    mkdirSync(folder.file('data/secrets/db'), { recursive: true })
    mkdirSync(folder.file('data-secrets'))
    symlinkSync(folder.file('data/secrets'), folder.file('link'))
    const inside = ['data/secrets', 'data', 'data/none', 'data/../data/secrets', 'link'].map(name => isRefused(folder.file(name), folder.file('data')))
    const outside = ['data-secrets', '..', 'none'].map(name => isRefused(folder.file(name), folder.file('data')))

    assert.deepEqual(inside, [true, true, true, true, true])
    assert.deepEqual(outside, [false, false, false])
  })
})
