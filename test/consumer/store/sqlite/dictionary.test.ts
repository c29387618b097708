import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { Dictionary, DICTIONARIES } from '../../../../consumer/store/sqlite/dictionary.ts'
import { migratedDatabase } from '../../../support/consumer/migrated-database.ts'

suite('Dictionary', () => {
  test('gives a text the same id every time, from memory or not', () => {
    using database = migratedDatabase()
    const dictionary = new Dictionary(database, DICTIONARIES.agent)
    const id = dictionary.id(1, 'kubo', 'ipfs/0.1.0')
    assert.notEqual(dictionary.id(1, 'kubo', ''), id)
    assert.equal(dictionary.id(1, 'kubo', 'ipfs/0.1.0'), id)
    dictionary.forget()

    assert.equal(dictionary.id(1, 'kubo', 'ipfs/0.1.0'), id)
    assert.equal(database.prepare('SELECT count(*) AS n FROM agent').get()?.['n'], 2)
  })

  test('keeps the latest day of use, in whatever order the days come', () => {
    using database = migratedDatabase()
    const dictionary = new Dictionary(database, DICTIONARIES.peer)
    const lastDay = (): unknown => database.prepare('SELECT last_used_day FROM peer').get()?.['last_used_day']
    dictionary.id(5, 'QmPeer')
    dictionary.id(3, 'QmPeer')
    assert.equal(lastDay(), 5)
    dictionary.id(7, 'QmPeer')
    assert.equal(lastDay(), 7)
    new Dictionary(database, DICTIONARIES.peer).id(4, 'QmPeer')
    assert.equal(lastDay(), 7)
  })

  test('keeps what follows from the key beside it', () => {
    using database = migratedDatabase()
    new Dictionary(database, DICTIONARIES.protocolSet).id(1, 'hash', '["/a"]')

    assert.deepEqual(database.prepare('SELECT hash, protocols FROM protocol_set').get(), { __proto__: null, hash: 'hash', protocols: '["/a"]' })
  })
})
