import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { MysqlSpec } from '../../../operator/api/mysql-spec.ts'
import { wrongFields } from './problems.ts'

const mysql = { host: 'mysql.databases.svc', database: 'ipfs_nodes', credentialsSecret: { name: 'mysql-ipfs' } }

suite('MysqlSpec', () => {
  test('needs a host, a database and credentials', () => {
    assert.deepEqual(MysqlSpec.parse(mysql), { ...mysql, port: 3_306, credentialsSecret: { name: 'mysql-ipfs', userKey: 'username', passwordKey: 'password' }, maxOpenConns: 10, maxIdleConns: 5 })
    assert.deepEqual(wrongFields(MysqlSpec, {}), ['host', 'database', 'credentialsSecret'])
  })

  test('keeps no more idle connections than it opens', () => {
    assert.deepEqual(wrongFields(MysqlSpec, { ...mysql, maxOpenConns: 3 }), ['maxIdleConns'])
    assert.deepEqual(wrongFields(MysqlSpec, { ...mysql, maxOpenConns: 3, maxIdleConns: 3 }), [])
  })

  test('refuses names that would end a statement', () => {
    assert.deepEqual(wrongFields(MysqlSpec, { ...mysql, database: 'a`; DROP DATABASE b', host: 'a b' }), ['host', 'database'])
  })
})
