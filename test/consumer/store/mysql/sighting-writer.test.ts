import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { suite, test } from 'node:test'
import { addressHash, upsertAddresses, upsertNetworks } from '../../../../consumer/store/mysql/sighting-writer.ts'
import { MARIADB } from '../../../support/consumer/scripted-connection.ts'

suite('sighting-writer', () => {
  test('tells addresses apart by the hash of their bytes', () => {
    assert.equal(addressHash('/dns4/ä/tcp/1'), hash('sha256', Buffer.from('/dns4/ä/tcp/1'), 'hex').slice(0, 32))
  })

  test('gives every address its own peer and time', () => {
    const [statement] = upsertAddresses([
      { nodeId: 'QmA', multiaddr: '/a', seenMs: 0 },
      { nodeId: 'QmA', multiaddr: '/b\'', seenMs: 1 },
      { nodeId: 'QmB', multiaddr: '/a', seenMs: 1 }
    ], MARIADB)

    assert.ok(statement?.includes([
      `('QmA',x'${addressHash('/a')}','/a','1970-01-01 00:00:00.000')`,
      `('QmA',x'${addressHash('/b\'')}','/b\\'','1970-01-01 00:00:00.001')`,
      `('QmB',x'${addressHash('/a')}','/a','1970-01-01 00:00:00.001')`
    ].join()), statement)
    assert.match(statement!, /ON DUPLICATE KEY UPDATE last_seen = GREATEST\(address_info\.last_seen, VALUES\(last_seen\)\)$/)
  })

  test('widens the time in which a peer was met in a network', () => {
    assert.match(upsertNetworks([{ nodeId: 'Qm', network: 'n', firstSeen: 'f', lastSeen: 'l' }], MARIADB)[0]!, /\('Qm','n','f','l'\) ON DUPLICATE KEY UPDATE first_seen = LEAST\(.*\), last_seen = GREATEST\(.*\)$/)
  })
})
