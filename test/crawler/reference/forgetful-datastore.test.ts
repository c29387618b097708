import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { forgetfulDatastore } from '../../support/reference/forgetful-datastore.ts'

const KEY = { toString: () => '/peers/x' } as unknown as Parameters<typeof forgetfulDatastore.put>[0]

async function all<T> (items: Iterable<T> | AsyncIterable<T>): Promise<T[]> {
  return await Array.fromAsync(items)
}

suite('forgetfulDatastore', () => {
  test('an entry is not stored', async () => {
    assert.equal(await forgetfulDatastore.put(KEY, Uint8Array.of(1)), KEY)
    assert.equal(await forgetfulDatastore.has(KEY), false)
    assert.throws(() => forgetfulDatastore.get(KEY), { name: 'NotFoundError' })
    assert.deepEqual(await all(forgetfulDatastore.query({})), [])
    assert.deepEqual(await all(forgetfulDatastore.queryKeys({})), [])
  })

  test('batches of entries are not stored either', async () => {
    assert.deepEqual(await all(forgetfulDatastore.putMany([{ key: KEY, value: Uint8Array.of(1) }])), [KEY])
    assert.deepEqual(await all(forgetfulDatastore.getMany([KEY])), [])
    assert.deepEqual(await all(forgetfulDatastore.deleteMany([KEY])), [KEY])
    await forgetfulDatastore.delete(KEY)
    const batch = forgetfulDatastore.batch()
    batch.put(KEY, Uint8Array.of(1))
    batch.delete(KEY)
    await batch.commit()

    assert.equal(await forgetfulDatastore.has(KEY), false)
  })
})
