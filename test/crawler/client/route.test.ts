import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { multiaddr } from '@multiformats/multiaddr'
import { readAddress } from '../../../crawler/address/address-reader.ts'
import { hasRoute, routeOf } from '../../../crawler/client/route.ts'
import { formatPeerId } from '../../../crawler/peer/peer-id-text.ts'
import type { Address } from '../../../crawler/address/address-reader.ts'
import type { Route } from '../../../crawler/client/route.ts'

const ID = '12D3KooWQYhTNQdmr3ArTeUHRYzFg94BKyTkoWBDWez9kSCVe2Xo'
const addressOf = (text: string): Address => readAddress(multiaddr(text).bytes) ?? assert.fail(text)
const direct = (transport: 'tcp' | 'ws' | 'wss', more: object = {}): Route => ({ transport, ip: '192.0.2.7', port: 4_001, isSecure: transport === 'wss', name: undefined, ...more })

suite('routeOf', () => {
  const direct4001 = {
    '/ip4/192.0.2.7/tcp/4001': direct('tcp'),
    '/ip4/192.0.2.7/tcp/4001/ws': direct('ws'),
    '/ip4/192.0.2.7/tcp/4001/wss': direct('wss'),
    '/ip4/192.0.2.7/tcp/4001/tls/ws': direct('wss'),
    '/ip4/192.0.2.7/tcp/4001/tls/sni/a.example.org/ws': direct('wss', { name: 'a.example.org' }),
    '/ip6/2001:db8::1/tcp/4001': direct('tcp', { ip: '2001:db8::1' })
  }

  for (const [text, route] of Object.entries(direct4001)) {
    test(`leads to ${text}`, () => {
      assert.deepEqual(routeOf(addressOf(text)), route)
    })
  }

  for (const transport of ['tcp', 'ws', 'wss'] as const) {
    test(`leads through a relay by ${transport}`, () => {
      const route = routeOf(addressOf(`/ip4/192.0.2.7/tcp/4001/${transport === 'tcp' ? '' : `${transport}/`}p2p/${ID}/p2p-circuit`))

      assert.ok(route?.transport === 'relay')
      assert.deepEqual([route.relay, formatPeerId(route.relayId)], [direct(transport), ID])
    })
  }

  test('has the resolved name if the address contains no other, and no invalid name', () => {
    const address = { ...addressOf('/ip4/192.0.2.7/tcp/4001/wss'), name: 'b.example.org' }

    assert.deepEqual(routeOf(address), direct('wss', { name: 'b.example.org' }))
    assert.deepEqual(routeOf({ ...addressOf('/ip4/192.0.2.7/tcp/4001/tls/sni/a.example.org/ws'), name: 'b.example.org' }), direct('wss', { name: 'a.example.org' }))
    assert.deepEqual(routeOf({ ...address, name: 'b\r\nHost: x' }), direct('wss'))
    assert.deepEqual(routeOf({ ...address, name: 'a'.repeat(300) }), direct('wss'))
  })

  for (const text of [
    '/ip4/192.0.2.7/udp/4001/quic-v1',
    `/ip4/192.0.2.7/udp/4001/quic-v1/p2p/${ID}/p2p-circuit`,
    '/ip4/192.0.2.7/tcp/4001/p2p-circuit',
    `/p2p/${ID}/p2p-circuit`,
    `/ip4/192.0.2.7/tcp/4001/p2p/${ID}/p2p-circuit/webrtc`
  ]) {
    test(`does not exist for ${text}`, () => {
      assert.equal(routeOf(addressOf(text)), undefined)
      assert.equal(hasRoute(addressOf(text)), false)
    })
  }

  test('may exist for an unresolved name', () => {
    assert.ok(hasRoute(addressOf('/dnsaddr/example.org')) && hasRoute(addressOf('/dns4/example.org/tcp/443/wss')))
    assert.ok(!hasRoute(addressOf('/dns4/example.org/udp/443/quic-v1')))
  })
})
