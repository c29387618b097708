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

  test('accepts a name and any IP address, and removes brackets', () => {
    for (const [host, taken] of [
      ['[::1]', '::1'],
      ['[2001:db8::5]', '2001:db8::5'],
      ['[::ffff:192.0.2.1]', '::ffff:192.0.2.1'],
      ['2001:db8::', '2001:db8::'],
      ['::1', '::1'],
      ['fd00:0:0:0:0:0:0:1', 'fd00:0:0:0:0:0:0:1'],
      ['192.0.2.1', '192.0.2.1'],
      ['db', 'db'],
      ['my_db-1.example.', undefined],
      ['my_db-1.example', 'my_db-1.example']
    ] as const) {
      const parsed = MysqlSpec.safeParse({ ...mysql, host })
      assert.equal(parsed.data?.host, taken, host)
    }
  })

  test('refuses a port in the host', () => {
    for (const host of ['[::1]:3306', 'db.example:3306', '192.0.2.1:3306', '[::1', '::1]', '[db]', 'db:', ':3306', '[]']) {
      assert.deepEqual(wrongFields(MysqlSpec, { ...mysql, host }), ['host'], host)
    }
  })

  test('refuses names that would end a statement', () => {
    assert.deepEqual(wrongFields(MysqlSpec, { ...mysql, database: 'a`; DROP DATABASE b', host: 'a b' }), ['host', 'database'])
  })
})
