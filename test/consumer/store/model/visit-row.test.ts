import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { TextFitter } from '../../../../consumer/store/model/safe-text.ts'
import { visitRowOf } from '../../../../consumer/store/model/visit-row.ts'
import { PEERS, visitOf } from '../../../support/consumer/messages.ts'
import type { VisitRow } from '../../../../consumer/store/model/visit-row.ts'
import type { Visit } from '../../../../core/contracts/visit.ts'

const rowOf = (overrides: Parameters<typeof visitOf>[0]): VisitRow => visitRowOf(visitOf(overrides), new TextFitter())
const identify = (protocols: string[], listenAddresses: string[]): NonNullable<Visit['identify']> => ({ protocols, listenAddresses })

suite('visitRowOf', () => {
  test('gives equal sets equal hashes, in whatever order and however often their members are listed', () => {
    const a = rowOf({ identify: identify(['/a', '/b'], ['/ip4/192.0.2.1/tcp/1', '/ip4/192.0.2.2/tcp/1']) }).identity!
    const b = rowOf({ identify: identify(['/b', '/a', '/b'], ['/ip4/192.0.2.2/tcp/1', '/ip4/192.0.2.1/tcp/1']) }).identity!

    assert.deepEqual(b, a)
    assert.equal(a.protocols.json, '["/a","/b"]')
    assert.match(a.protocols.hash, /^[0-9a-f]{32}$/)
    assert.notEqual(a.protocols.hash, a.addresses.hash)
  })

  test('takes the peer\'s own id off the end of its addresses, and no other', () => {
    const { identity, connection } = rowOf({
      identify: identify([], [`/ip4/192.0.2.1/tcp/1/p2p/${PEERS[0]}`, '/ip4/192.0.2.1/tcp/1', `/ip4/192.0.2.9/tcp/1/p2p/${PEERS[1]}/p2p-circuit`]),
      connection: { address: `/ip4/192.0.2.1/tcp/1/p2p/${PEERS[0]}`, transport: 'tcp' }
    })

    assert.deepEqual(identity?.listenAddresses, ['/ip4/192.0.2.1/tcp/1', `/ip4/192.0.2.9/tcp/1/p2p/${PEERS[1]}/p2p-circuit`])
    assert.equal(connection?.address, '/ip4/192.0.2.1/tcp/1')
  })

  test('leaves out what contradicts the outcome', () => {
    assert.equal(rowOf({ outcome: 'refused' }).connection, null)
    assert.equal(rowOf({ outcome: 'connected' }).identity, null)
    assert.notEqual(rowOf({ outcome: 'connected' }).connection, null)
  })

  test('rounds the duration to whole milliseconds', () => {
    assert.equal(rowOf({ durationMs: 12.6 }).durationMs, 13)
  })
})
