import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { DevnetReady } from '../../../local/devnet/devnet-message.ts'

suite('DevnetReady', () => {
  test('accepts only the truth', () => {
    const truth = { network: 'devnet', kadProtocol: '/x', bootstrapPeers: [], contactable: 0, peers: [], leftOut: [] }

    assert.equal(DevnetReady.safeParse({ type: 'devnet-ready', truth }).success, true)
    assert.equal(DevnetReady.safeParse({ type: 'ready', truth }).success, false)
    assert.equal(DevnetReady.safeParse({ type: 'devnet-ready', truth: {} }).success, false)
  })
})
