import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { crc32 } from 'node:zlib'
import { isOfPeers, tellApart, valueByPeer } from '../../../../../consumer/store/mysql/write/value-by-peer.ts'
import { ALIKE } from '../../../../support/consumer/alike-peers.ts'

const peers = (...ids: readonly string[]): { nodeId: string }[] => ids.map(nodeId => ({ nodeId }))

suite('value-by-peer', () => {
  test('sorts out peers that have the number of another', () => {
    assert.equal(crc32(ALIKE[0]), crc32(ALIKE[1]))
    assert.deepEqual(tellApart(peers('QmA', ...ALIKE, 'QmB')), { apart: peers('QmA', ALIKE[0], 'QmB'), alike: peers(ALIKE[1]) })
  })

  test('names the values in the order of the numbers', () => {
    // CRC-32 of QmB and QmA.
    const [b, a] = [crc32('QmB'), crc32('QmA')]
    const expected = a < b ? `${String(a)},${String(b)}),'of QmA','of QmB')` : `${String(b)},${String(a)}),'of QmB','of QmA')`

    assert.equal(valueByPeer(peers('QmB', 'QmA'), ({ nodeId }) => `'of ${nodeId}'`), `ELT(INTERVAL(CRC32(node_id),${expected}`)
  })

  test('quotes what strangers chose', () => {
    assert.equal(isOfPeers(peers('QmA', 'Qm\'B')), 'node_id IN (\'QmA\',_utf8mb4 x\'516d2742\')')
  })
})
