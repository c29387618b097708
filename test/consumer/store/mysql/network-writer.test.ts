import assert from 'node:assert/strict'
import { test } from 'node:test'
import { upsertNetworks } from '../../../../consumer/store/mysql/network-writer.ts'
import { MARIADB } from '../../../support/consumer/scripted-connection.ts'

test('the time in which a peer was met in a network is widened', () => {
  assert.match(upsertNetworks([{ nodeId: 'Qm', network: 'n', firstSeen: 'f', lastSeen: 'l' }], MARIADB)[0]!, /\('Qm','n','f','l'\) ON DUPLICATE KEY UPDATE first_seen = LEAST\(.*\), last_seen = GREATEST\(.*\)$/)
})
