import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { commonPrefixLength, kadPrefix } from '../../../crawler/dht/kad-key.ts'
import { firstQueries, moreQueries, NEIGHBOURHOOD, queryKey } from '../../../crawler/dht/table-queries.ts'
import { nobodyId } from '../../support/network/peer-fixtures.ts'

const ID = nobodyId(1)
const PREFIX = kadPrefix(ID)
const TOPOLOGY = { strategy: 'Topology' } as const

/** Peers that share exactly this many bits with {@link ID}, found by trial. */
function peersAt (...lengths: number[]): { id: Uint8Array, addresses: [] }[] {
  return lengths.map((length) => {
    for (let i = 0; ; i++) {
      const id = nobodyId(0)
      new DataView(id.buffer).setUint32(10, i)

      if (commonPrefixLength(PREFIX, kadPrefix(id)) === length) {
        return { id, addresses: [] }
      }
    }
  })
}

suite('query plan', () => {
  test('a Census queries the neighbourhood and one bucket', () => {
    assert.deepEqual(firstQueries({ strategy: 'Census', bucket: 5 }), [NEIGHBOURHOOD, 5])
    assert.deepEqual(firstQueries({ strategy: 'Census', bucket: 99 }), [NEIGHBOURHOOD, 15])
    assert.deepEqual(moreQueries({ strategy: 'Census', bucket: 5 }, PREFIX, peersAt(10, 12)), [])
  })

  test('a Census with a third question queries a second bucket, a Sample one bucket alone', () => {
    assert.deepEqual(firstQueries({ strategy: 'Census', bucket: 5, secondBucket: 13 }), [NEIGHBOURHOOD, 5, 13])
    assert.deepEqual(firstQueries({ strategy: 'Sample', bucket: 0 }), [0])
    assert.deepEqual(moreQueries({ strategy: 'Sample', bucket: 0 }, PREFIX, peersAt(10)), [])
  })

  test('a Topology starts with the neighbourhood and buckets 0 to 7', () => {
    assert.deepEqual(firstQueries(TOPOLOGY), [NEIGHBOURHOOD, 0, 1, 2, 3, 4, 5, 6, 7])
  })

  test('a Topology continues to the bucket of the farthest neighbour', () => {
    assert.deepEqual(moreQueries(TOPOLOGY, PREFIX, peersAt(12, 10, 11)), [8, 9, 10])
    assert.deepEqual(moreQueries(TOPOLOGY, PREFIX, peersAt(8, 12)), [8])
  })

  test('a Topology of a small network ends with the first burst', () => {
    assert.deepEqual(moreQueries(TOPOLOGY, PREFIX, peersAt(12, 3)), [])
    assert.deepEqual(moreQueries(TOPOLOGY, PREFIX, []), [])
  })

  test('no answer makes a visit send more than 16 queries, or one twice', () => {
    fc.assert(fc.property(fc.array(fc.uint8Array({ minLength: 34, maxLength: 38 })), (ids) => {
      const all = [...firstQueries(TOPOLOGY), ...moreQueries(TOPOLOGY, PREFIX, ids.map(id => ({ id, addresses: [] })))]

      assert.ok(all.length <= 16)
      assert.equal(new Set(all).size, all.length)
    }))
  })

  test('a peer that returns only itself is queried for every bucket', () => {
    assert.equal(moreQueries(TOPOLOGY, PREFIX, [{ id: ID, addresses: [] }]).length, 7)
  })

  test('the key of a bucket shares that many bits with the peer, and that of the neighbourhood is close but not its id', () => {
    for (let bucket = 0; bucket <= 15; bucket++) {
      assert.equal(commonPrefixLength(PREFIX, kadPrefix(queryKey(bucket, PREFIX))), bucket)
    }
    assert.equal(commonPrefixLength(PREFIX, kadPrefix(queryKey(NEIGHBOURHOOD, PREFIX))), 16)
    assert.notDeepEqual(queryKey(NEIGHBOURHOOD, PREFIX), ID)
  })
})
