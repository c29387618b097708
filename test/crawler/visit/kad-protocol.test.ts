import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { KadProtocols } from '../../../crawler/visit/kad-protocol.ts'

suite('KadProtocols', () => {
  test('configured protocols are tried in their order until peers answer, then the most answered first', () => {
    const protocols = new KadProtocols(['/a/kad', '/b/kad'])
    assert.deepEqual(protocols.candidates(), ['/a/kad', '/b/kad'])
    assert.equal(protocols.confirmed(), undefined)
    protocols.confirm('/b/kad')

    assert.deepEqual(protocols.candidates(), ['/b/kad', '/a/kad'])
    assert.equal(protocols.confirmed(), '/b/kad')
  })

  test('of what a peer lists only the configured ones are this network\'s', () => {
    assert.deepEqual(new KadProtocols(['/a/kad', '/b/kad']).among(['/c/kad', '/b/kad', '/x']), ['/b/kad'])
    assert.deepEqual(new KadProtocols(['/a/kad']).among(['/c/kad']), [])
  })

  test('a protocol that was not configured is never taken up', () => {
    const protocols = new KadProtocols(['/a/kad'])
    protocols.confirm('/c/kad')

    assert.deepEqual(protocols.candidates(), ['/a/kad'])
  })

  for (const [protocol, isKad] of [
    ['/ipfs/kad/1.0.0', true],
    ['/fil/kad/testnetnet/kad/1.0.0', true],
    ['/91b171bb158e2d3848fa23a9f1c25182fb8e20313b2c1eb49219da7a70ce90c3/kad', true],
    ['/avail_kad/id/1.0.0-b91746', true],
    ['/dria/kad/0.2', true],
    ['/ipfs/lan/kad/1.0.0', false],
    ['/ipfs/id/1.0.0', false],
    ['/kademlia/1', false],
    [`/${'x'.repeat(200)}/kad`, false]
  ] as const) {
    test(`${protocol.slice(0, 40)} is ${isKad ? '' : 'not '}learnt where none is configured`, () => {
      assert.deepEqual(new KadProtocols([]).among([protocol]), isKad ? [protocol] : [])
    })
  }

  test('the protocol of the first answer is the network\'s from then on', () => {
    const protocols = new KadProtocols([])
    assert.deepEqual(protocols.candidates(), [])
    protocols.confirm('/a/kad')
    protocols.confirm('/b/kad')

    assert.deepEqual(protocols.candidates(), ['/a/kad'])
    assert.deepEqual(protocols.among(['/b/kad', '/a/kad']), ['/a/kad'])
  })

  test('of a thousand listed ones eight are tried', () => {
    assert.equal(new KadProtocols([]).among(Array.from({ length: 1_000 }, (_, i) => `/${String(i)}/kad`)).length, 8)
  })
})
