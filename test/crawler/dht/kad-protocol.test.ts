import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { KadProtocols } from '../../../crawler/dht/kad-protocol.ts'

suite('KadProtocols', () => {
  test('configured protocols are tried in order until peers answer, then those with most answers first', () => {
    const protocols = new KadProtocols(['/a/kad', '/b/kad'])
    assert.deepEqual(protocols.candidates(), ['/a/kad', '/b/kad'])
    assert.equal(protocols.confirmed(), undefined)
    protocols.confirm('/b/kad')

    assert.deepEqual(protocols.candidates(), ['/b/kad', '/a/kad'])
    assert.equal(protocols.confirmed(), '/b/kad')
  })

  test('only configured protocols of a peer\'s list belong to the network', () => {
    assert.deepEqual(new KadProtocols(['/a/kad', '/b/kad']).among(['/c/kad', '/b/kad', '/x']), ['/b/kad'])
    assert.deepEqual(new KadProtocols(['/a/kad']).among(['/c/kad']), [])
  })

  test('a protocol that is not configured is never used', () => {
    const protocols = new KadProtocols(['/a/kad'])
    protocols.confirm('/c/kad')

    assert.deepEqual(protocols.candidates(), ['/a/kad'])
  })

  test('without configuration, DHT protocols are learnt; those of a local network only if there is no other', () => {
    assert.deepEqual(new KadProtocols([]).among(['/x', '/ipfs/kad/1.0.0', '/ipfs/lan/kad/1.0.0']), ['/ipfs/kad/1.0.0'])
    assert.deepEqual(new KadProtocols([]).among(['/x', '/ipfs/lan/kad/1.0.0']), ['/ipfs/lan/kad/1.0.0'])
  })

  test('every protocol by which peers answered belongs to the network', () => {
    const protocols = new KadProtocols([])
    assert.deepEqual(protocols.candidates(), [])
    protocols.confirm('/a/kad')
    assert.deepEqual(protocols.among(['/b/kad', '/a/kad']), ['/a/kad'])
    protocols.confirm('/b/kad')
    protocols.confirm('/b/kad')

    assert.deepEqual(protocols.candidates(), ['/b/kad', '/a/kad'])
  })

  test('so does every DHT protocol that such a peer lists, and the revision increases', () => {
    const protocols = new KadProtocols([])
    protocols.confirm('/sup/kad', { listed: ['/x', '/genesis/kad', '/sup/kad'] })
    assert.deepEqual(protocols.candidates(), ['/sup/kad', '/genesis/kad'])
    assert.ok(protocols.speaks('/genesis/kad'))
    const { revision } = protocols
    protocols.confirm('/sup/kad', { listed: ['/genesis/kad', '/sup/kad'] })
    assert.equal(protocols.revision, revision)
    protocols.confirm('/sup/kad', { listed: ['/other/kad'] })
    assert.ok(protocols.revision > revision)
  })

  test('the protocols of a bootstrap peer belong to the network, also after another one was learnt', () => {
    const protocols = new KadProtocols([])
    protocols.confirm('/a/kad')

    assert.deepEqual(protocols.among(['/b/kad'], true), ['/b/kad'])
    assert.deepEqual(protocols.among(['/b/kad']), [])
    assert.deepEqual(protocols.othersAmong(['/b/kad', '/a/kad', '/x']), ['/b/kad'])
    assert.deepEqual(new KadProtocols(['/a/kad']).among(['/b/kad'], true), [])
  })

  test('protocols invented by few peers do not displace one that many list', () => {
    const protocols = new KadProtocols([])
    const invented = Array.from({ length: 20 }, (_, i) => `/invented/${String(i)}/kad`)
    protocols.confirm('/a/kad', { listed: ['/a/kad', ...invented] })
    for (const protocol of invented.slice(0, 7)) {
      protocols.confirm(protocol)
    }
    assert.equal(protocols.candidates().length, 8)

    for (let i = 0; i < 5; i++) {
      protocols.confirm('/a/kad', { listed: ['/a/kad', '/b/kad'] })
    }
    assert.deepEqual(protocols.candidates().slice(0, 2), ['/a/kad', '/b/kad'])
    assert.equal(protocols.candidates().length, 8)
  })

  test('the local network\'s protocol counts until an answer by another one contains peers', () => {
    const protocols = new KadProtocols([])
    protocols.confirm('/ipfs/kad/1.0.0', { listed: ['/ipfs/kad/1.0.0', '/ipfs/lan/kad/1.0.0'], named: 0 })
    assert.ok(protocols.speaks('/ipfs/lan/kad/1.0.0'))
    protocols.confirm('/ipfs/kad/1.0.0', { named: 3 })

    assert.ok(!protocols.speaks('/ipfs/lan/kad/1.0.0'))
    assert.deepEqual(protocols.candidates(), ['/ipfs/kad/1.0.0'])
  })

  test('eight of a thousand listed protocols are tried', () => {
    assert.equal(new KadProtocols([]).among(Array.from({ length: 1_000 }, (_, i) => `/${String(i)}/kad`)).length, 8)
  })
})
