import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { isContacted } from '../../../core/contracts/outcome.ts'
import { PeerTruth, ROLES } from '../../../local/devnet/truth.ts'

suite('truth', () => {
  test('expects exactly the answering peers to be contacted', () => {
    const contacted = Object.entries(ROLES).filter(([, { expectedOutcome }]) => isContacted(expectedOutcome)).map(([role]) => role)

    assert.deepEqual(contacted, ['server', 'client', 'dials-in', 'tls-only'])
  })

  test('accepts only known roles and outcomes', () => {
    const peer = { id: 'x', role: 'gone', keyType: 'Ed25519', protocols: [], addresses: [], staleAddresses: [], expectedOutcome: 'refused' }

    assert.equal(PeerTruth.safeParse(peer).success, true)
    assert.equal(PeerTruth.safeParse({ ...peer, role: 'ghost' }).success, false)
    assert.equal(PeerTruth.safeParse({ ...peer, expectedOutcome: 'vanished' }).success, false)
  })
})
