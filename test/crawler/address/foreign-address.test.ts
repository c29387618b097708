import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MAX_ADDRESS_BYTES, readAddress } from '../../../crawler/address/address-reader.ts'
import { parseForeignAddress } from '../../../crawler/address/foreign-address.ts'
import { parsePeerId } from '../../../crawler/peer/peer-id-text.ts'

const ID = '12D3KooWQnwEGNqcM2nAcPtRR9rAX8Hrg4k9kJLCHoTR5chJfz6d'

test('an address with unknown protocols keeps its peer id and differs from other addresses', () => {
  const one = parseForeignAddress(`/ip4/1.2.3.4/new/p2p/${ID}`)
  const other = parseForeignAddress(`/ip4/1.2.3.4/newer/ipfs/${ID}`)

  assert.deepEqual([one?.peerId, other?.peerId], [parsePeerId(ID), parsePeerId(ID)])
  assert.notDeepEqual(one?.address, other?.address)
  assert.ok((parseForeignAddress(`/new/${'x'.repeat(900)}/p2p/${ID}`)?.address.length ?? Infinity) <= MAX_ADDRESS_BYTES)
  assert.equal(readAddress(one?.address ?? assert.fail())?.family, 'other')
})

test('an address with unknown protocols needs a peer id at its end', () => {
  for (const text of ['/new/1', `/new/p2p/${ID}/more`, `/p2p/${ID}`, '/new/p2p/12D3KooW', '']) {
    assert.equal(parseForeignAddress(text), undefined, text)
  }
})
