import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { Key } from 'interface-datastore'
import { BoundedDatastore } from '../../../../crawler/passive/limits/bounded-datastore.ts'

const limits = { maxEntries: 3, maxBytes: 100, maxValueBytes: 60 }
const bytes = (n: number): Uint8Array => new Uint8Array(n)
const names = async (store: BoundedDatastore, prefix: string): Promise<string[]> =>
  (await Array.fromAsync(store.query({ prefix }))).map(({ key }) => key.toString())

suite('BoundedDatastore', () => {
  test('evicts the oldest entries, and does not keep an entry that is too large', async () => {
    const store = new BoundedDatastore(limits)
    const keys = ['/a', '/b', '/c', '/d'].map(text => new Key(text))
    keys.forEach(key => store.put(key, bytes(10)))
    assert.deepEqual(await names(store, '/'), ['/b', '/c', '/d'])
    store.put(keys[0]!, bytes(60))
    store.put(keys[1]!, bytes(50))
    assert.deepEqual(await names(store, '/'), ['/b'])
    store.put(keys[1]!, bytes(61))

    assert.equal(store.size, 0)
    assert.ok(!store.has(keys[1]!))
    assert.throws(() => store.get(keys[1]!), { name: 'NotFoundError' })
  })

  test('bounds the number and the size of peer records', () => {
    const store = new BoundedDatastore(limits)

    for (let i = 0; i < 1_000; i++) {
      store.put(new Key(`/peers/${String(i)}`), bytes(20))
    }
    store.put(new Key('/peers/verbose'), bytes(61))

    assert.equal(store.peers, 3)
    assert.ok(store.has(new Key('/peers/999')))
    assert.ok(!store.has(new Key('/peers/verbose')))
  })

  test('keeps peer records separate: DHT entries do not evict them', async () => {
    const store = new BoundedDatastore(limits)
    const peer = new Key('/peers/x')
    store.put(peer, bytes(50))

    for (let i = 0; i < 10; i++) {
      store.put(new Key(`/dht/${String(i)}`), bytes(10))
    }

    assert.equal(store.get(peer).length, 50)
    assert.deepEqual((await Array.fromAsync(store.queryKeys({ prefix: '/peers' }))).map(String), ['/peers/x'])
    store.delete(peer)
    store.delete(new Key('/dht/9'))
    assert.ok(!store.has(peer))
    assert.equal(store.size, 2)
  })
})
