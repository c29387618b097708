import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { isFresh, newEntry } from '../../../../crawler/engine/frontier/frontier-peer.ts'
import type { FrontierEntry } from '../../../../crawler/engine/frontier/frontier-peer.ts'

const entry = (change: Partial<FrontierEntry>): FrontierEntry => ({ ...newEntry(Uint8Array.from([1]), { source: 'known' }), dialable: true, ...change })
const known = (failures: number): Partial<FrontierEntry> => ({ known: { id: Uint8Array.from([1]), addresses: [], outcome: 'timeout', failures } })

suite('isFresh', () => {
  const cases: [string, FrontierEntry, boolean][] = [
    ['a bootstrap peer', entry({ source: 'bootstrap' }), true],
    ['a peer contacted in the last crawl', entry(known(0)), true],
    ['a peer that failed in the last crawl', entry(known(1)), false],
    ['one that failed in the last crawl and has a new address', entry({ ...known(1), newAddress: true }), true],
    ['a peer in one table', entry({ source: 'routing-table' }), false],
    ['a peer in several tables', entry({ source: 'routing-table', inSeveralTables: true }), true],
    ['a peer without an address that can be dialled', entry({ dialable: false }), false],
    ['a peer that failed already in this crawl', entry({ attempt: 1, newAddress: true }), false]
  ]

  for (const [name, peer, expected] of cases) {
    test(`${name} is ${expected ? '' : 'not '}visited first`, () => {
      assert.equal(isFresh(peer), expected)
    })
  }
})

suite('newEntry', () => {
  test('copies the id', () => {
    const id = Uint8Array.from([1, 2, 3])
    const copy = newEntry(id, { source: 'bootstrap' }).id
    id.fill(0)

    assert.deepEqual(copy, Uint8Array.from([1, 2, 3]))
  })
})
