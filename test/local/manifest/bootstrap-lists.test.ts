import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { unusedBootstrapPeers, uselessBootstrapLists } from '../../../local/manifest/bootstrap-lists.ts'

const ID = '12D3KooWQnwEGNqcM2nAcPtRR9rAX8Hrg4k9kJLCHoTR5chJfz6d'
const manifest = (...scans: object[]): object => ({ spec: { scans } })
const list = (...bootstrapPeers: unknown[]): object => ({ network: { bootstrapPeers } })

suite('lists of bootstrap peers', () => {
  test('are refused when no entry can be dialled; entries that do not parse are reported elsewhere', () => {
    const problems = uselessBootstrapLists(manifest(list(`/ip4/1.2.3.4/udp/1/utp/p2p/${ID}`, 'nonsense'), list(`/ip4/8.8.8.8/tcp/1/p2p/${ID}`)))

    assert.deepEqual(problems.map(({ path }) => path), [['spec', 'scans', 0, 'network', 'bootstrapPeers', 0]])
  })

  test('keep the entries that can be dialled and leave out the others', () => {
    assert.equal(unusedBootstrapPeers(manifest(list(`/ip4/1.2.3.4/udp/1/utp/p2p/${ID}`, `/ip4/8.8.8.8/tcp/0/p2p/${ID}`, '/dnsaddr/boot.example'))).length, 2)
    assert.deepEqual(unusedBootstrapPeers(manifest(list('/dnsaddr/boot.example'), { network: { preset: 'ipfs' } })), [])
  })

  test('of any other shape are refused elsewhere', () => {
    for (const value of [undefined, {}, manifest(), manifest(list()), manifest(list(5)), manifest({ network: 5 }), manifest({ ...list('/x'), addresses: 5 })]) {
      assert.deepEqual([uselessBootstrapLists(value), unusedBootstrapPeers(value)], [[], []])
    }
  })

  test('are read even next to an invalid range', () => {
    const problems = uselessBootstrapLists(manifest({ ...list(`/ip4/10.0.0.1/tcp/1/p2p/${ID}`), addresses: { deny: ['10.0.0.0/99'] } }))

    assert.equal(problems.length, 1)
  })
})
