import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { suite, test } from 'node:test'
import { pendingMigrations, readMigrations } from '../../../../consumer/store/migrations/migrations.ts'
import { isProbeError } from '../../../../core/errors.ts'
import { TempFolder } from '../../../support/temp-folder.ts'
import type { Migration } from '../../../../consumer/store/migrations/migrations.ts'

const migration = (version: number, checksum = 'a'): Migration => ({ version, name: 'x', sql: '', checksum })

suite('readMigrations', () => {
  test('reads them in their order with name and checksum', () => {
    using folder = new TempFolder()
    writeFileSync(folder.file('0002-second.sql'), 'B')
    writeFileSync(folder.file('0001-first.sql'), 'A')

    assert.deepEqual(readMigrations(folder.path).map(({ version, name, sql, checksum }) => [version, name, sql, checksum.slice(0, 8)]), [[1, 'first', 'A', '559aead0'], [2, 'second', 'B', 'df7e70e5']])
  })

  test('refuses a gap, and a file that is not a migration', () => {
    using folder = new TempFolder()
    writeFileSync(folder.file('0002-second.sql'), 'B')
    assert.throws(() => readMigrations(folder.path), TypeError)
    writeFileSync(folder.file('0001-first.sql'), 'A')
    writeFileSync(folder.file('notes.txt'), '')
    assert.throws(() => readMigrations(folder.path), TypeError)
  })
})

suite('pendingMigrations', () => {
  test('gives those that the database lacks', () => {
    assert.deepEqual(pendingMigrations([migration(1), migration(2), migration(3)], [migration(1)]).map(({ version }) => version), [2, 3])
    assert.deepEqual(pendingMigrations([migration(1)], [migration(1)]), [])
  })

  test('refuses a database that has another migration in place of a known one, or a breaking one that is not known', () => {
    assert.throws(() => pendingMigrations([migration(1)], [migration(1, 'b')]), err => isProbeError(err, 'PP_STORE_SCHEMA'))
    assert.throws(() => pendingMigrations([migration(1)], [migration(1), migration(2), { ...migration(3), name: 'breaking-rows' }]), err => isProbeError(err, 'PP_STORE_SCHEMA'))
  })

  test('are none for a database of a newer version, which only added', () => {
    assert.deepEqual(pendingMigrations([migration(1)], [migration(1), migration(2), migration(3)]), [])
  })
})
