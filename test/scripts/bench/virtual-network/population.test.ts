import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { createPopulation, isContactable, placeOf } from '../../../../scripts/bench/virtual-network/population.ts'

suite('population of the virtual network', () => {
  test('is the same each time, and a larger one begins with the smaller', () => {
    const keysOf = (peers: number): string[] => createPopulation({ peers, dead: 0.45 }).map(({ key, role }) => `${Buffer.from(key.id).toString('hex')} ${role}`)

    assert.deepEqual(keysOf(50), keysOf(50))
    assert.deepEqual(keysOf(80).slice(0, 50), keysOf(50))
  })

  test('without dead peers all are alive', () => {
    assert.ok(createPopulation({ peers: 100, dead: 0 }).every(({ role }) => role === 'alive'))
  })

  test('about the requested share is dead, in all three ways, and some are slow', () => {
    const population = createPopulation({ peers: 2_000, dead: 0.45 })
    const share = (role: string): number => population.filter(peer => peer.role === role).length / population.length

    assert.ok(Math.abs(population.filter(peer => !isContactable(peer)).length / 2_000 - 0.45) < 0.04)
    assert.ok(share('black-hole') > 0.17 && share('silent') > 0.07 && share('refused') > 0.07 && share('slow') > 0.005)
    assert.equal(population[0]!.role, 'alive')
  })

  test('weakly known peers are further ones, all alive, a twentieth for each number of tables', () => {
    const population = createPopulation({ peers: 100, dead: 0.45, weak: [3, 20] })

    const expected = Array.from({ length: 10 }, (_, i) => [i < 5 ? 3 : 20, 'alive', 100 + i])
    const known = createPopulation({ peers: 100, dead: 0.45 }).map(({ place, role }) => [place, role])

    assert.deepEqual(population.slice(100).map(({ tables, role, number }) => [tables, role, number]), expected)
    assert.deepEqual(population.slice(0, 100).map(({ place, role }) => [place, role]), known)
  })

  test('a position is the beginning of the SHA-256 of an id', () => {
    assert.equal(placeOf(Buffer.from('abc')), 0xba7816bf)
    assert.ok(createPopulation({ peers: 5, dead: 0 }).every(({ key, place }) => place === placeOf(key.id)))
  })
})
