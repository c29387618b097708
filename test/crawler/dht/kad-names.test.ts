import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { isLan, kadNames, networkNames } from '../../../crawler/dht/kad-names.ts'

suite('kadNames', () => {
  for (const [protocol, isKad] of [
    ['/ipfs/kad/1.0.0', true],
    ['/fil/kad/testnetnet/kad/1.0.0', true],
    ['/91b171bb158e2d3848fa23a9f1c25182fb8e20313b2c1eb49219da7a70ce90c3/kad', true],
    ['/avail_kad/id/1.0.0-b91746', true],
    ['/dria/kad/0.2', true],
    ['/kademlia/1', true],
    ['/my/Kademlia/1.0.0', true],
    ['/my-kad/1', true],
    ['/mykad/1.0.0', true],
    ['/kaddht/1', true],
    ['/ipfs/lan/kad/1.0.0', true],
    ['/ipfs/id/1.0.0', false],
    ['/ka/d', false],
    [`/${'x'.repeat(200)}/kad`, false]
  ] as const) {
    test(`${protocol.slice(0, 40)} is ${isKad ? '' : 'not '}recognised as a DHT`, () => {
      assert.deepEqual(kadNames([protocol]), isKad ? [protocol] : [])
    })
  }

  test('kad within a word counts only if no protocol has the whole word', () => {
    assert.deepEqual(kadNames(['/arkadia/chat/1', '/x/kad', '/kademlia/2']), ['/x/kad', '/kademlia/2'])
    assert.deepEqual(kadNames(['/arkadia/chat/1', '/x']), ['/arkadia/chat/1'])
  })

  test('a protocol listed twice counts once', () => {
    assert.deepEqual(kadNames(['/x/kad', '/x/kad']), ['/x/kad'])
  })
})

test('networkNames leaves out local networks if there is another, and returns at most eight', () => {
  assert.deepEqual(networkNames(['/ipfs/lan/kad/1.0.0', '/ipfs/kad/1.0.0']), ['/ipfs/kad/1.0.0'])
  assert.deepEqual(networkNames(['/ipfs/lan/kad/1.0.0', '/x']), ['/ipfs/lan/kad/1.0.0'])
  assert.equal(networkNames(Array.from({ length: 100 }, (_, i) => `/${String(i)}/kad`)).length, 8)
  assert.ok(isLan('/ipfs/lan/kad/1.0.0') && !isLan('/ipfs/kad/1.0.0'))
})
