import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { inTransaction, openDatabase, sqliteFault } from '../../../core/files/sqlite.ts'
import { TempFolder } from '../../support/temp-folder.ts'
import type { DatabaseSync } from 'node:sqlite'

function withDatabase (run: (database: DatabaseSync, folder: TempFolder) => void): void {
  using folder = new TempFolder()
  using database = openDatabase(folder.file('a.db'), { busyTimeoutMs: 0 })
  database.exec('CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER NOT NULL CHECK (n < 10)) STRICT')
  run(database, folder)
}

function faultOf (work: () => void): string | undefined {
  try {
    work()
  } catch (err) {
    return sqliteFault(err)
  }

  return 'none'
}

suite('openDatabase', () => {
  test('gives a file in WAL mode that enforces foreign keys', () => {
    withDatabase((database) => {
      assert.equal(database.prepare('PRAGMA journal_mode').get()?.['journal_mode'], 'wal')
      assert.equal(database.prepare('PRAGMA synchronous').get()?.['synchronous'], 1)
      assert.equal(database.prepare('PRAGMA foreign_keys').get()?.['foreign_keys'], 1)
    })
  })

  test('opens read-only on demand', () => {
    withDatabase((_database, folder) => {
      using reader = openDatabase(folder.file('a.db'), { busyTimeoutMs: 0, readOnly: true })

      assert.throws(() => {
        reader.exec('INSERT INTO t VALUES (1, 1)')
      })
    })
  })
})

suite('inTransaction', () => {
  test('keeps all of the work or nothing of it', () => {
    withDatabase((database) => {
      const insert = database.prepare('INSERT INTO t (n) VALUES (?)')
      assert.throws(() => {
        inTransaction(database, () => {
          insert.run(1)
          insert.run(11)
        })
      })
      assert.equal(database.prepare('SELECT count(*) AS n FROM t').get()?.['n'], 0)
      assert.equal(database.isTransaction, false)
      assert.equal(inTransaction(database, () => insert.run(2).changes), 1)
    })
  })
})

suite('sqliteFault', () => {
  test('tells what kind of failure an error is', () => {
    withDatabase((database, folder) => {
      using other = openDatabase(folder.file('a.db'), { busyTimeoutMs: 0 })
      database.exec('BEGIN IMMEDIATE')
      assert.equal(faultOf(() => {
        other.exec('BEGIN IMMEDIATE')
      }), 'busy')
      database.exec('ROLLBACK')
      assert.equal(faultOf(() => {
        database.exec('INSERT INTO t VALUES (1, 11)')
      }), 'data')
      assert.equal(faultOf(() => {
        database.exec('INSERT INTO t VALUES (1, \'text\')')
      }), 'data')
      assert.equal(faultOf(() => {
        database.exec('SELECT * FROM nowhere')
      }), 'schema')
      assert.equal(faultOf(() => openDatabase(folder.file('no/folder.db'), { busyTimeoutMs: 0 })), 'file')
      other.close()
      assert.equal(faultOf(() => {
        other.exec('SELECT 1')
      }), 'closed')
    })
  })

  test('says nothing of errors that are not SQLite\'s', () => {
    assert.equal(sqliteFault(new TypeError('x')), undefined)
    assert.equal(sqliteFault(Object.assign(new TypeError('x'), { code: 'ENOENT' })), undefined)
    assert.equal(sqliteFault('text'), undefined)
  })
})
