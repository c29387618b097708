import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { MAX_NEIGHBOURS, Neighbours, NeighboursEnd, neighboursGroupOf } from '../../../../core/contracts/edges/neighbours.ts'
import { endOf, peerNo, tableOf } from '../../../support/consumer/neighbours.ts'

suite('messages of routing tables', () => {
  test('have only ids, names and numbers: no text of a stranger passes', () => {
    const bad: object[] = [
      { nodeId: '<script>' },
      { nodeId: 'Qm"\'&\u0000aaaa' },
      { buckets: [{ bucket: 1, peers: ['not/an/id!'] }] },
      { buckets: [{ bucket: 256, peers: [peerNo(1)] }] },
      { buckets: [{ bucket: 1, peers: Array.from({ length: MAX_NEIGHBOURS + 1 }, () => peerNo(1)) }] },
      { outcome: 'rejoiced' },
      { scan: '../../etc' },
      { sequence: 0 }
    ]

    assert.ok(Neighbours.safeParse(tableOf()).success)
    for (const change of bad) {
      assert.equal(Neighbours.safeParse({ ...tableOf(), ...change }).success, false, JSON.stringify(change))
    }
    assert.equal(NeighboursEnd.safeParse({ ...endOf(), state: 'started' }).success, false)
  })

  test('are read by a group of their own', () => {
    assert.equal(neighboursGroupOf('g'), 'g-neighbours')
  })
})
