import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { murmur2, partitionOf } from '../../../../core/bus/port/partition-of.ts'

suite('partitionOf', () => {
  // Expected values of UtilsTest.testMurmur2 in Apache Kafka.
  const KNOWN = { '21': -973_932_308, 'foobar': -790_332_482, 'a-little-bit-long-string': -985_981_536, 'a-little-bit-longer-string': -1_486_304_829, 'lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8': -58_897_971, 'abc': 479_470_107 }

  test('hashes as the Java client of Kafka does', () => {
    for (const [text, hash] of Object.entries(KNOWN)) {
      assert.equal(murmur2(Buffer.from(text)), hash)
    }
  })

  test('gives every key one partition that exists', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 1, max: 100 }), (key, partitions) => {
      const partition = partitionOf(key, partitions)
      assert.ok(Number.isInteger(partition) && partition >= 0 && partition < partitions)
      assert.equal(partitionOf(key, partitions), partition)
    }))
  })

  test('spreads keys evenly', () => {
    const counts = [0, 0, 0]
    for (let i = 0; i < 3_000; i++) {
      counts[partitionOf(`12D3KooW${String(i)}`, 3)]! += 1
    }
    assert.ok(counts.every(count => count > 800), String(counts))
  })
})
