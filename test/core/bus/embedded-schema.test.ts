import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { suite, test } from 'node:test'
import { prepareLogFile } from '../../../core/bus/embedded-schema.ts'
import { isProbeError } from '../../../core/errors.ts'

suite('prepareLogFile', () => {
  test('makes the tables once and leaves them alone afterwards', () => {
    using database = new DatabaseSync(':memory:')
    prepareLogFile(database, 'bus.db')
    database.exec('INSERT INTO topic (name, retention_ms) VALUES (\'visits\', 1)')
    prepareLogFile(database, 'bus.db')

    assert.equal(database.prepare('SELECT count(*) AS n FROM topic').get()?.['n'], 1)
  })

  test('refuses the file of another version', () => {
    using database = new DatabaseSync(':memory:')
    prepareLogFile(database, 'bus.db')
    database.exec('PRAGMA user_version = 2')

    assert.throws(() => {
      prepareLogFile(database, 'bus.db')
    }, err => isProbeError(err, 'PP_CONFIG_INVALID') && err.message.includes('bus.db'))
  })
})
