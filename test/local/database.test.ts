import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { databaseName, queryCommand } from '../../local/database.ts'

const mysql = { host: 'db.example.org', port: 3_306, database: 'ipfs_nodes', username: 'ana@x', passwordFile: '/secret', maxOpenConns: 10, maxIdleConns: 5 }

suite('a database', () => {
  test('is shown as its file or its URL, without a secret', () => {
    assert.equal(databaseName({ sqlite: { path: '/data/x.sqlite' } }), '/data/x.sqlite')
    assert.equal(databaseName({ mysql }), 'mysql://ana%40x@db.example.org:3306/ipfs_nodes')
    assert.equal(databaseName({ mysql: { ...mysql, username: undefined, usernameFile: '/user' } }), 'mysql://db.example.org:3306/ipfs_nodes')
    assert.equal(databaseName({ mysql: { ...mysql, host: '::1' } }), 'mysql://ana%40x@[::1]:3306/ipfs_nodes')
  })

  test('is queried by a valid shell command, even in a folder with a space', () => {
    assert.equal(queryCommand({ sqlite: { path: '/my data/x' } }, '/my data/x', 'SELECT 1'), 'npm run --silent query -- \'/my data/x\' "SELECT 1"')
    assert.equal(queryCommand({ mysql }, '', 'SELECT 1'), 'mysql -h db.example.org -P 3306 -u \'ana@x\' -p ipfs_nodes -e "SELECT 1"')
    assert.equal(queryCommand({ mysql: { ...mysql, username: undefined, usernameFile: '/user' } }, '', 'SELECT 1'), 'mysql -h db.example.org -P 3306 -p ipfs_nodes -e "SELECT 1"')
  })
})
