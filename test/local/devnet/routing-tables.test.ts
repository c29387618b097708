import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { planRoutingTables, TABLE_SIZE } from '../../../local/devnet/routing-tables.ts'

const counts = fc.integer({ min: 3, max: 400 }).chain(servers => fc.record({ servers: fc.constant(servers), others: fc.integer({ min: 0, max: servers * 2 }) }))

suite('planRoutingTables', () => {
  test('gives no table more entries than fit into one answer, no peer twice and no server itself', () => {
    fc.assert(fc.property(counts, ({ servers, others }) => {
      planRoutingTables({ servers, others }).forEach((table, server) => {
        assert.ok(table.length <= TABLE_SIZE)
        assert.equal(new Set(table).size, table.length)
        assert.ok(!table.includes(server))
      })
    }))
  })

  test('puts every peer into the tables of three servers, or of all if there are fewer', () => {
    fc.assert(fc.property(counts, ({ servers, others }) => {
      const tables = planRoutingTables({ servers, others })

      for (let peer = 0; peer < servers + others; peer++) {
        const namers = tables.filter(table => table.includes(peer)).length
        assert.ok(namers >= Math.min(3, servers - (peer < servers ? 1 : 0)), `peer ${String(peer)} is named by ${String(namers)}`)
      }
    }))
  })

  test('makes every peer reachable from any server', () => {
    fc.assert(fc.property(counts, ({ servers, others }) => {
      const tables = planRoutingTables({ servers, others })
      const found = new Set([servers - 1])

      for (const peer of found) {
        tables[peer]?.forEach(known => found.add(known))
      }

      assert.equal(found.size, servers + others)
    }))
  })

  test('leaves most of a devnet of 32 outside the tables of its first three servers', () => {
    const tables = planRoutingTables({ servers: 24, others: 24 })
    const near = new Set(tables.slice(0, 3).flat())

    assert.ok(near.size < 30, `${String(near.size)} of 48 are near`)
  })

  test('refuses more peers than fit into the tables', () => {
    assert.throws(() => planRoutingTables({ servers: 3, others: 19 }), TypeError)
  })
})
