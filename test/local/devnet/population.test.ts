import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { DEAD_ENTRIES, hasIpv6Loopback, MAX_PEERS, MIN_PEERS, populationOf } from '../../../local/devnet/population.ts'
import { planRoutingTables } from '../../../local/devnet/routing-tables.ts'

const values = <T>(items: readonly T[]): T[] => [...new Set(items)]

suite('population', () => {
  test('is a quarter clients, with every key type and several agents among servers and clients', () => {
    const population = populationOf(32, { ipv6: true })

    for (const [role, count] of [['server', 24], ['client', 8]] as const) {
      const peers = population.filter(peer => peer.role === role)
      assert.equal(peers.length, count)
      assert.deepEqual(values(peers.map(peer => peer.keyType)).sort(), ['Ed25519', 'RSA', 'secp256k1'])
      assert.ok(values(peers.map(peer => peer.agentVersion)).length >= 2)
    }
  })

  test('has peers with IPv6 only where there is IPv6, and the first three always on IPv4', () => {
    const only6 = (ipv6: boolean): number => populationOf(32, { ipv6 }).filter(({ listen }) => listen.length > 0 && listen.every(address => address.startsWith('/ip6/'))).length

    assert.equal(only6(false), 0)
    assert.equal(only6(true), 4)
    assert.ok(populationOf(32, { ipv6: true }).slice(0, 3).every(({ listen, hasDeadAddress }) => listen.join() === '/ip4/127.0.0.1/tcp/0' && !hasDeadAddress))
    assert.equal(typeof hasIpv6Loopback(), 'boolean')
  })

  test('has servers reachable only by QUIC or WebSocket, and clients behind the first peer, a relay', () => {
    const population = populationOf(32, { ipv6: true })
    const servers = population.filter(({ role }) => role === 'server')
    const hidden = population.filter(({ listen }) => listen.length === 0)

    assert.equal(servers.filter(({ listen }) => listen.every(address => address.endsWith('/quic-v1'))).length, 3)
    assert.equal(servers.filter(({ listen }) => listen.every(address => address.endsWith('/ws'))).length, 3)
    assert.deepEqual(hidden.map(({ role }) => role), ['client', 'client'])
    assert.deepEqual(population.flatMap(({ isRelay }, i) => isRelay ? [i] : []), [0])
  })

  test('fits into the tables of its servers together with the dead entries, at any size', () => {
    const dead = Object.values(DEAD_ENTRIES).reduce((sum, count) => sum + count, 0)

    for (let count = MIN_PEERS; count <= MAX_PEERS; count++) {
      const servers = populationOf(count, { ipv6: false }).filter(({ role }) => role === 'server').length
      assert.doesNotThrow(() => planRoutingTables({ servers, others: count - servers + dead }))
    }
  })
})
