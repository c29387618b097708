import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { KadProtocols } from '../../../../crawler/dht/kad-protocol.ts'
import { newEntry } from '../../../../crawler/engine/frontier/frontier-peer.ts'
import { UnqueriedPeers } from '../../../../crawler/engine/frontier/unqueried-peers.ts'
import { nobodyId } from '../../../support/network/peer-fixtures.ts'
import type { FrontierPeer } from '../../../../crawler/engine/frontier/frontier-peer.ts'

const peer = (n: number): FrontierPeer => newEntry(nobodyId(n), { source: 'routing-table' })

suite('UnqueriedPeers', () => {
  test('a peer is returned once, when its protocol is learnt', () => {
    const protocols = new KadProtocols([])
    const unqueried = new UnqueriedPeers(protocols)
    const [b, c] = [peer(1), peer(2)]
    assert.deepEqual(unqueried.note(b, ['/b/kad']), [])
    assert.deepEqual(unqueried.note(c, ['/c/kad']), [])
    protocols.confirm('/a/kad', { listed: ['/a/kad', '/b/kad'] })

    assert.deepEqual(unqueried.note(peer(3)), [b])
    assert.deepEqual(unqueried.note(peer(4)), [])
  })

  test('a peer whose protocol was learnt during its visit is returned at once', () => {
    const protocols = new KadProtocols([])
    const unqueried = new UnqueriedPeers(protocols)
    protocols.confirm('/b/kad')
    assert.deepEqual(unqueried.note(peer(1)), [])
    const b = peer(2)

    assert.deepEqual(unqueried.note(b, ['/b/kad']), [b])
  })

  test('remaining protocols are counted, most listed first; peers that serve only a local network are separate', () => {
    const protocols = new KadProtocols(['/a/kad'])
    const unqueried = new UnqueriedPeers(protocols)
    assert.deepEqual(unqueried.others(), { wide: 0, counts: [] })
    unqueried.note(peer(1), ['/b/kad'])
    unqueried.note(peer(2), ['/c/kad', '/b/kad'])
    unqueried.note(peer(3), ['/ipfs/lan/kad/1.0.0'])
    unqueried.note(peer(4))

    assert.deepEqual(unqueried.others(), {
      wide: 2,
      counts: [{ protocol: '/b/kad', peers: 2 }, { protocol: '/c/kad', peers: 1 }, { protocol: '/ipfs/lan/kad/1.0.0', peers: 1 }]
    })
  })

  test('at most 10,000 peers are kept, and none if visits do not report protocols', () => {
    const protocols = new KadProtocols([])
    const unqueried = new UnqueriedPeers(protocols)

    for (let n = 0; n < 10_100; n++) {
      unqueried.note(peer(n), ['/b/kad'])
    }
    protocols.confirm('/b/kad')
    assert.equal(unqueried.note(peer(20_000)).length, 10_000)
    assert.deepEqual(new UnqueriedPeers(undefined).note(peer(1), ['/b/kad']), [])
  })
})
