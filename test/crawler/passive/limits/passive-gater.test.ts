import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { multiaddr } from '@multiformats/multiaddr'
import { ConnectionSlots } from '../../../../crawler/passive/limits/connection-slots.ts'
import { PassiveGater } from '../../../../crawler/passive/limits/passive-gater.ts'
import { SocketSlots } from '../../../../crawler/passive/limits/socket-slots.ts'
import { TrafficLimit } from '../../../../crawler/passive/limits/traffic-limit.ts'
import { FakeClock } from '../../../support/fake-clock.ts'

const PEER = '/p2p/12D3KooWGC6TvWhfapngX6wvJHMYvKpDMXPb3ZnCZ6dMoaMtimQ5'
const clock = new FakeClock()
const slots = new ConnectionSlots(clock, { slots: 10 })
const limits = { slots, sockets: new SocketSlots(clock, slots), traffic: new TrafficLimit(clock) }
const denies = async (gater: PassiveGater, text: string): Promise<boolean> => await gater.gater(limits).denyDialMultiaddr(multiaddr(text))

suite('PassiveGater', () => {
  test('allows dials by the scan\'s policy, and no names, which libp2p would resolve itself', async () => {
    const gater = new PassiveGater({ policy: 'Public', deny: ['8.8.8.0/24'] })

    assert.equal(await denies(gater, `/ip4/1.1.1.1/tcp/4001${PEER}`), false)
    assert.equal(await denies(gater, '/ip4/8.8.8.8/udp/4001/quic-v1'), true)
    assert.equal(await denies(gater, '/ip4/10.0.0.1/tcp/4001'), true)
    assert.equal(await denies(gater, '/ip4/169.254.169.254/tcp/80'), true)
    assert.equal(await denies(gater, '/dns4/metadata.internal/tcp/80'), true)
    assert.equal(await denies(gater, '/dnsaddr/bootstrap.example.org'), true)
    assert.equal(await denies(gater, '/unix/run'), true)
    assert.equal(await denies(gater, `/ip4/1.1.1.1/tcp/80/ws${PEER}`), false)

    for (const tls of ['tls/sni/metadata.internal/ws', 'tls/ws', 'wss']) {
      assert.equal(await denies(gater, `/ip4/1.1.1.1/tcp/443/${tls}`), true, tls)
    }
  })

  test('allows dials to peers found by multicast DNS on the local network, but not to forbidden addresses', async () => {
    const gater = new PassiveGater({ policy: 'Public', deny: ['192.168.9.0/24'] }, () => ['192.168.1.1/24', '8.8.4.1/24', '2600:1::1/64'])
    const source = '192.168.1.2'

    assert.ok(gater.found(multiaddr(`/ip4/192.168.1.2/tcp/4001${PEER}`), source))
    assert.equal(await denies(gater, '/ip4/192.168.1.2/tcp/4001'), false)
    assert.equal(await denies(gater, '/ip4/192.168.1.2/tcp/22'), true)
    assert.ok(gater.found(multiaddr('/ip4/8.8.4.9/tcp/4001'), source), 'a link with public addresses')
    assert.ok(gater.found(multiaddr('/ip6/2600:1::9/tcp/4001'), source))
    assert.ok(gater.found(multiaddr('/ip4/127.0.0.1/tcp/4001'), '192.168.1.1'), 'this machine, by its own answer')

    for (const victim of ['/ip4/192.168.9.2/tcp/1', '/ip4/169.254.169.254/tcp/80', '/ip4/1.1.1.1/tcp/1', '/ip6/2600::1/tcp/1', '/ip4/127.0.0.1/tcp/6379', '/ip6/::1/tcp/1', '/ip6/::ffff:127.0.0.1/tcp/1', '/dns4/victim.example/tcp/1', '/ip4/192.168.1.2/tcp/443/tls/sni/victim.example/ws', '/dnsaddr/victim.example']) {
      assert.ok(!gater.found(multiaddr(victim), source), victim)
    }
  })

  test('keeps a bounded number of found addresses', async () => {
    const gater = new PassiveGater({ policy: 'Public', deny: [] })

    for (let i = 0; i <= 1_024; i++) {
      gater.found(multiaddr(`/ip4/192.168.${String(i >> 8)}.${String(i & 255)}/tcp/1`), '192.168.1.2')
    }

    assert.equal(await denies(gater, '/ip4/192.168.0.0/tcp/1'), true)
    assert.equal(await denies(gater, '/ip4/192.168.0.1/tcp/1'), false)
  })
})
