import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { parseManifest } from '../../../local/manifest.ts'
import { networkManifest } from '../../../local/manifest/network-manifest.ts'
import type { NetworkChoice } from '../../../local/manifest/network-manifest.ts'
import type { PeerProbe } from '../../../operator/api/v1alpha1.ts'

const PEER = '/dns4/node.example.org/tcp/4001/p2p/12D3KooWD3eckifWpRn9wQpMG9R9hX3sD158z7EqHWmweQAJU5SA'
const probeOf = (choice: NetworkChoice): PeerProbe => parseManifest(JSON.stringify(networkManifest(choice)), '--network', { embedded: false }).probe

suite('networkManifest', () => {
  test('crawls a preset, with a passive node', () => {
    const { metadata, spec } = probeOf({ name: 'ipfs', bootstrapPeers: [] })
    assert.equal(metadata.name, 'ipfs')
    assert.deepEqual(spec.scans[0]!.network, { preset: 'ipfs' })
    assert.equal(spec.scans[0]!.passive.enabled, true)
    assert.equal(spec.scans[0]!.addresses.policy, 'Public')
  })

  test('starts from peers of the user: with the protocols of a preset, or with those that it learns', () => {
    assert.deepEqual(probeOf({ name: 'ipfs', bootstrapPeers: [PEER] }).spec.scans[0]!.network, { name: 'ipfs', bootstrapPeers: [PEER], protocols: ['/ipfs/kad/1.0.0'] })
    const { metadata, spec } = probeOf({ bootstrapPeers: [PEER], addresses: 'Any' })
    assert.equal(metadata.name, 'own')
    assert.deepEqual(spec.scans[0]!.network, { name: 'own', bootstrapPeers: [PEER] })
    assert.equal(spec.scans[0]!.passive.enabled, false)
    assert.equal(spec.scans[0]!.addresses.policy, 'Any')
  })

  test('refuses what is not a network, and peers that are no peers', () => {
    assert.throws(() => networkManifest({ name: 'ipsf', bootstrapPeers: [] }), { code: 'PP_NETWORK_UNKNOWN', message: /known presets: ipfs/ })
    for (const [choice, message] of [[{ bootstrapPeers: ['node.example.org:4001'] }, /bootstrapPeers\[0\]: must be a multiaddr/], [{ bootstrapPeers: ['/dns4/node.example.org/tcp/4001'] }, /must end in \/p2p/], [{ name: 'My Net', bootstrapPeers: [PEER] }, /network\.name: must be lower-case/]] as const) {
      assert.throws(() => probeOf(choice), { code: 'PP_SPEC_INVALID', message })
    }
  })
})
