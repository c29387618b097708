import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { multiaddr } from '@multiformats/multiaddr'
import { defined } from '../../../core/defined.ts'
import { readAddress } from '../../../crawler/address/address-reader.ts'
import { reachOf } from '../../../crawler/address/reach.ts'
import { formatPeerId } from '../../../crawler/peer/peer-id-text.ts'

const ID = '12D3KooWQYhTNQdmr3ArTeUHRYzFg94BKyTkoWBDWez9kSCVe2Xo'

function reach (text: string, name?: string): unknown[] {
  const address = readAddress(multiaddr(text).bytes) ?? assert.fail(text)
  const { carrier, name: reached, isRelayed, relayId } = reachOf({ ...address, ...defined({ name }) })

  return [carrier, reached, isRelayed, relayId === undefined ? undefined : formatPeerId(relayId)]
}

suite('reachOf', () => {
  test('the carrier is the transport before a relay', () => {
    assert.deepEqual(reach('/ip4/1.2.3.4/tcp/1'), ['tcp', undefined, false, undefined])
    assert.deepEqual(reach(`/ip4/1.2.3.4/tcp/1/p2p/${ID}`), ['tcp', undefined, false, undefined])
    assert.deepEqual(reach(`/ip4/1.2.3.4/tcp/1/tls/ws/p2p/${ID}/p2p-circuit`), ['wss', undefined, true, ID])
    assert.deepEqual(reach(`/ip4/1.2.3.4/udp/1/quic-v1/p2p/${ID}/p2p-circuit`), ['quic-v1', undefined, true, ID])
    assert.deepEqual(reach('/ip4/1.2.3.4/tcp/1/p2p-circuit'), ['tcp', undefined, true, undefined])
  })

  test('the name of /sni takes precedence over the resolved one; both are normalised', () => {
    assert.deepEqual(reach('/ip4/1.2.3.4/tcp/1/tls/sni/A.example./ws', 'b.example')[1], 'a.example')
    assert.deepEqual(reach('/ip4/1.2.3.4/tcp/1/wss', 'B.example.')[1], 'b.example')
    assert.deepEqual(reach('/ip4/1.2.3.4/tcp/1/tls/sni/1.2.3.4/ws', 'b.example')[1], 'b.example')
    assert.deepEqual(reach('/ip4/1.2.3.4/tcp/1/tls/sni/1.2.3.4/ws')[1], undefined)
  })
})
