import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { createPopulation } from '../../../../scripts/bench/virtual-network/population.ts'
import { BUCKET_SIZE, closestIn, KeySpace } from '../../../../scripts/bench/virtual-network/routing-table.ts'
import type { VirtualPeer } from '../../../../scripts/bench/virtual-network/population.ts'

const population = createPopulation({ peers: 600, dead: 0 })
const space = new KeySpace(population)

/** Leading bits that two positions share. */
const shared = (a: VirtualPeer, b: VirtualPeer): number => Math.clz32(a.place ^ b.place)

suite('routing tables of virtual peers', () => {
  test('contain all peers of each small bucket and twenty of each larger one', () => {
    for (const peer of population.slice(0, 20)) {
      const table = space.tableOf(peer)

      for (let bits = 0; bits < 32; bits++) {
        const there = population.filter(other => other !== peer && shared(peer, other) === bits)
        const known = table.filter(other => shared(peer, other) === bits)
        assert.equal(known.length, Math.min(there.length, BUCKET_SIZE))
      }
    }
  })

  test('contain other peers, each once, and the same each time', () => {
    for (const peer of population.slice(0, 20)) {
      const table = space.tableOf(peer)

      assert.ok(!table.includes(peer))
      assert.equal(new Set(table).size, table.length)
      assert.deepEqual(table.map(({ number }) => number), space.tableOf(peer).map(({ number }) => number))
    }
  })

  test('weakly known peers stand in so many tables of peers that answer, in their buckets, which stay as small', () => {
    const all = createPopulation({ peers: 600, dead: 0.3, weak: [3, 20] })
    const there = new KeySpace(all)
    const tables = all.map(peer => there.tableOf(peer))

    for (const weak of all.slice(600, 640)) {
      const owners = all.filter((_, i) => tables[i]!.includes(weak))
      assert.equal(owners.length, weak.tables)
      assert.ok(owners.every(({ role, tables: few }) => few === undefined && (role === 'alive' || role === 'slow')))
    }
    for (const [i, peer] of all.entries()) {
      const sizes = Map.groupBy(tables[i]!, other => shared(peer, other)).values().map(of => of.length)
      assert.ok([...sizes].every(size => size <= BUCKET_SIZE))
      assert.equal(new Set(tables[i]).size, tables[i]!.length)
    }
  })

  test('the closest to a position are those of the least distance, sorted by distance', () => {
    const table = space.tableOf(population[3]!)
    const place = 0xdeadbeef
    const distance = ({ place: other }: VirtualPeer): number => (other ^ place) >>> 0
    const expected = [...table].sort((a, b) => distance(a) - distance(b)).slice(0, BUCKET_SIZE)

    assert.deepEqual(closestIn(table, place).map(distance), expected.map(distance))
    assert.deepEqual(closestIn([], place), [])
  })
})
