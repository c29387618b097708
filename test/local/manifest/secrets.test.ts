import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { missingSecret, parseSecret } from '../../../local/manifest/secrets.ts'

const secret = (rest: object): object => ({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'mysql' }, ...rest })

suite('parseSecret', () => {
  test('reads base64 and plain values, the plain ones first', () => {
    const read = parseSecret(secret({ type: 'Opaque', data: { 'user': Buffer.from('ana').toString('base64'), 'ca.crt': '/w==' }, stringData: { user: 'bob', password: 'pässword\n' } }))

    assert.ok('values' in read)
    assert.equal(read.name, 'mysql')
    assert.deepEqual([...read.values], [['user', Buffer.from('bob')], ['ca.crt', Buffer.from([255])], ['password', Buffer.from('pässword\n')]])
  })

  test('reports each wrong field, including keys that would leave their folder', () => {
    const read = parseSecret({ apiVersion: 'v2', kind: 'Secret', metadata: { name: '../etc' }, data: { password: 'not base64!' }, stringData: { '../x': 'y' } })

    assert.ok('problems' in read)
    assert.deepEqual(read.problems.map(problem => problem.slice(0, problem.indexOf(': '))), ['apiVersion', 'metadata.name', 'data.password', 'stringData.../x'])
  })
})

suite('missingSecret', () => {
  test('contains field, Secret and key, and both ways to provide it', () => {
    assert.equal(missingSecret(['spec', 'mysql', 'credentialsSecret'], 'mysql', 'password'), 'spec.mysql.credentialsSecret: the key password of Secret mysql is missing: add the Secret to the manifest as a separate document, or use --secrets DIR with a file DIR/mysql/password')
  })
})
