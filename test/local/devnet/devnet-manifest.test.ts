import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { devnetManifest } from '../../../local/devnet/devnet-manifest.ts'
import { PeerProbe } from '../../../operator/api/v1alpha1.ts'

suite('devnetManifest', () => {
  test('is a valid PeerProbe that crawls the devnet and nothing else', () => {
    const bootstrapPeers = ['/ip4/127.0.0.1/tcp/4001/p2p/12D3KooWQnwEGNqcM2nAcPtRR9rAX8Hrg4k9kJLCHoTR5chJfz6d']
    const { spec } = PeerProbe.parse(devnetManifest({ network: 'devnet', kadProtocol: '/x/kad/1.0.0', bootstrapPeers, contactable: 0, peers: [], leftOut: [] }))

    assert.equal(spec.scans.length, 1)
    assert.deepEqual(spec.scans[0]!.network, { name: 'devnet', bootstrapPeers, protocols: ['/x/kad/1.0.0'] })
    assert.equal(spec.scans[0]!.addresses.policy, 'Any')
    assert.equal(spec.kafka, undefined)
  })
})
