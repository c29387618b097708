import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { Key } from 'interface-datastore'
import { BoundedEntries } from '../../../../crawler/passive/limits/bounded-entries.ts'

const limits = { maxEntries: 1_000, maxBytes: 1_000_000, maxValueBytes: 100 }
const bytes = new Uint8Array(10)
const names = (entries: BoundedEntries, prefix: string): string[] => [...entries.under(prefix)].map(({ key }) => key.toString())

suite('BoundedEntries', () => {
  test('a query of one folder costs the same with a full store as with an empty one', ({ mock }) => {
    const empty = new BoundedEntries(limits)
    const full = new BoundedEntries(limits)

    for (let i = 0; i < 1_000; i++) {
      full.put(new Key(`/dht/provider/block${String(i % 500)}/peer${String(i)}`), bytes)
    }

    const looks = mock.method(Map.prototype, 'get').mock
    const cost = (entries: BoundedEntries, block: string): number => {
      const before = looks.callCount()
      names(entries, `/dht/provider/${block}`)

      return looks.callCount() - before
    }

    assert.equal(cost(full, 'nobody-has-it'), cost(empty, 'nobody-has-it'))
    assert.ok(cost(full, 'block7') < 10)
    assert.deepEqual(names(full, '/dht/provider/block7'), ['/dht/provider/block7/peer7', '/dht/provider/block7/peer507'])
  })

  test('a parent folder lists all entries below it, and a removed folder none', () => {
    const entries = new BoundedEntries(limits)
    const all = ['/dht/provider/a/x', '/dht/provider/b/x', '/dht/record/r'].map(text => new Key(text))
    all.forEach((key) => {
      entries.put(key, bytes)
    })

    for (const prefix of ['', '/', '/dht']) {
      assert.deepEqual(names(entries, prefix), all.map(String), prefix)
    }
    assert.deepEqual(names(entries, '/dht/provider'), ['/dht/provider/a/x', '/dht/provider/b/x'])
    assert.deepEqual(names(entries, '/dht/record'), ['/dht/record/r'])
    entries.remove('/dht/provider/a/x')
    assert.deepEqual(names(entries, '/dht/provider/a'), [])
    assert.deepEqual(names(entries, '/dht/provider'), ['/dht/provider/b/x'])
    entries.remove('/dht/provider/b/x')
    assert.deepEqual(names(entries, '/dht/provider'), [])
  })

  test('one block has at most 64 providers, the newest', () => {
    const entries = new BoundedEntries(limits)

    for (let i = 0; i < 200; i++) {
      entries.put(new Key(`/dht/provider/block/peer${String(i)}`), bytes)
      entries.put(new Key(`/dht/record/${String(i)}`), bytes)
    }

    assert.deepEqual(names(entries, '/dht/provider/block'), Array.from({ length: 64 }, (_, i) => `/dht/provider/block/peer${String(i + 136)}`))
    assert.equal(names(entries, '/dht/record').length, 200)
  })
})
