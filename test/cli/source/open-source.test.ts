import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { suite, test } from 'node:test'
import { openToRead, openToWrite, withTopics } from '../../../cli/source/open-source.ts'
import { requireSchema } from '../../../consumer/store/schema-version.ts'
import { fillRunFolder } from '../../support/cli/run-folder.ts'
import { visitOf } from '../../support/consumer/messages.ts'
import { TempFolder } from '../../support/temp-folder.ts'

suite('openToRead', () => {
  test('reads a database and cannot change it', async () => {
    using folder = new TempFolder()
    await fillRunFolder(folder.path)
    const { store } = await openToRead({ data: folder.path })
    await using _ = store

    assert.equal((await store.summary()).nodes, 3)
    await assert.rejects(store.write({ visits: [visitOf({ nodeId: 'QmNewaaaaaaa' })], crawls: [] }), { code: 'PP_FILE_UNUSABLE' })
    assert.equal((await store.summary()).nodes, 3)
  })

  test('creates no file', async () => {
    using folder = new TempFolder()
    await fillRunFolder(folder.path)
    const path = folder.file('none.sqlite')

    await assert.rejects(openToRead({ data: path }), { code: 'PP_CONFIG_INVALID' })
    assert.equal(existsSync(path), false)
  })

  test('refuses tables of an older version and of one that broke with this, and a database without tables of PeerProbe', async () => {
    using folder = new TempFolder()
    await fillRunFolder(folder.path)
    const change = (sql: string): void => {
      using database = new DatabaseSync(folder.file('peerprobe.sqlite'))
      database.exec(sql)
    }

    change('DELETE FROM schema_migration WHERE version > 2')
    await assert.rejects(openToRead({ data: folder.path }), { code: 'PP_STORE_SCHEMA', message: /have version 2, and this program needs \d+: run `peerprobe migrate`/ })
    change('INSERT INTO schema_migration VALUES (998, \'x\', \'y\', \'z\')')
    await (await openToRead({ data: folder.path })).store[Symbol.asyncDispose]()
    change('INSERT INTO schema_migration VALUES (999, \'breaking-x\', \'y\', \'z\')')
    await assert.rejects(openToRead({ data: folder.path }), { code: 'PP_STORE_SCHEMA', message: /a newer version made them/ })
    change('DROP TABLE schema_migration')
    await assert.rejects(openToRead({ data: folder.path }), { code: 'PP_STORE_SCHEMA', message: 'the database has no tables of PeerProbe' })
  })
})

test('openToWrite opens what the options choose, and requireSchema accepts what it migrated', async () => {
  using folder = new TempFolder()
  await fillRunFolder(folder.path)
  const { store } = await openToWrite({ data: folder.path })
  await using _ = store

  await store.migrate()
  await requireSchema(store)
  await store.write({ visits: [visitOf({ nodeId: 'QmNewaaaaaaa' })], crawls: [] })
  assert.equal((await store.summary()).nodes, 4)
  assert.ok(readFileSync(folder.file('peerprobe.sqlite')).length > 0)
})

test('withTopics refuses a source without topics', async () => {
  using folder = new TempFolder()
  await fillRunFolder(folder.path)

  await assert.rejects(withTopics({ data: folder.file('peerprobe.sqlite') }, async () => undefined, new AbortController().signal), { code: 'PP_CONFIG_INVALID', message: /which topics/ })
})
