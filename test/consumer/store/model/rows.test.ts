import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { Coalescer } from '../../../../consumer/store/model/coalescer.ts'
import { toRows } from '../../../../consumer/store/model/rows.ts'
import { anyVisit, CRAWL_ID, failedVisitOf, PEERS, visitOf } from '../../../support/consumer/messages.ts'

const isAscending = (keys: readonly string[]): boolean => keys.every((key, i) => i === 0 || keys[i - 1]! < key)

suite('toRows', () => {
  test('gives one row for each key, in the order of the keys', () => {
    fc.assert(fc.property(fc.array(anyVisit), (visits) => {
      const { nodes, networks, addresses, visits: rows } = toRows(visits, new Coalescer(0))
      assert.ok(isAscending(nodes.map(({ nodeId }) => nodeId)))
      assert.ok(isAscending(networks.map(({ nodeId, network }) => `${nodeId} ${network}`)))
      assert.ok(isAscending(addresses.map(({ nodeId, multiaddr }) => `${nodeId} ${multiaddr}`)))
      assert.equal(rows.length, visits.length)
    }))
  })

  test('merges the visits of a peer: the span of its contacts, the greatest time of each address', () => {
    const at = (s: number): string => new Date((CRAWL_ID + s) * 1_000).toISOString()
    const { nodes, networks, addresses } = toRows([visitOf({ startedAt: at(5), attempt: 2 }), visitOf({ startedAt: at(1) }), failedVisitOf({ startedAt: at(9), source: 'known' })], new Coalescer(0))

    assert.deepEqual(nodes.map(({ contact, tried }) => [contact?.firstSeen, contact?.lastSeen, tried.at]), [['2026-01-01 00:00:01.000', '2026-01-01 00:00:05.000', '2026-01-01 00:00:09.000']])
    assert.deepEqual(networks.map(({ firstSeen, lastSeen }) => [firstSeen, lastSeen]), [['2026-01-01 00:00:01.000', '2026-01-01 00:00:05.000']])
    assert.deepEqual(addresses.map(({ seenMs }) => seenMs), [(CRAWL_ID + 5) * 1_000, (CRAWL_ID + 5) * 1_000])
  })

  test('leaves out the addresses that the coalescer covers, and says how many', () => {
    const coalescer = new Coalescer(60_000)
    coalescer.wrote(toRows([visitOf()], coalescer).addresses)
    const { addresses, coalesced } = toRows([visitOf({ attempt: 2 }), visitOf({ nodeId: PEERS[1] })], coalescer)

    assert.equal(coalesced, 2)
    assert.deepEqual(addresses.map(({ nodeId }) => nodeId), [PEERS[1], PEERS[1]])
  })

  test('counts the texts that it cuts', () => {
    assert.equal(toRows([visitOf({ identify: { agentVersion: 'x'.repeat(256), protocolVersion: 'x'.repeat(65), protocols: [], listenAddresses: [] } })], new Coalescer(0)).cuts, 2)
  })
})
