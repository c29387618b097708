import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { readAddress } from '../../../crawler/address/address-reader.ts'
import { parseAddress } from '../../../crawler/address/address.ts'
import { presetNames, resolveNetwork } from '../../../crawler/networks/presets.ts'

suite('network presets', () => {
  test('there are six presets', () => {
    assert.deepEqual(presetNames(), ['ipfs', 'filecoin', 'polkadot', 'kusama', 'celestia', 'avail'])
  })

  for (const preset of presetNames()) {
    test(`${preset} has bootstrap peers with peer ids, at addresses that can be dialled`, () => {
      for (const text of resolveNetwork({ preset }).bootstrapPeers) {
        const parsed = parseAddress(text)
        assert.ok(parsed?.peerId !== undefined, text)
        assert.ok([undefined, 'tcp'].includes(readAddress(parsed.address)?.transport), text)
      }
    })

    test(`${preset} has at most 20 agent families and lists its protocols`, () => {
      const { protocols, name } = resolveNetwork({ preset })

      assert.equal(name, preset)
      assert.ok(protocols.length > 0)
    })
  }

  test('an unknown preset is rejected with a list of all presets', () => {
    assert.throws(() => resolveNetwork({ preset: 'ipsf' }), { code: 'PP_NETWORK_UNKNOWN', message: /ipsf.*ipfs, filecoin, polkadot, kusama, celestia, avail/ })
    assert.throws(() => resolveNetwork({ preset: 'constructor' }), { code: 'PP_NETWORK_UNKNOWN' })
  })

  test('a custom network is as in the scan, with protocols to be learnt if it has none', () => {
    const { agentFamily, ...network } = resolveNetwork({ name: 'mine', bootstrapPeers: ['/ip4/127.0.0.1/tcp/1/p2p/x'] })

    assert.deepEqual(network, { name: 'mine', bootstrapPeers: ['/ip4/127.0.0.1/tcp/1/p2p/x'], protocols: [] })
    assert.equal(agentFamily('kubo/0.36.0/'), 'kubo')
  })

  for (const [preset, agentVersion, family] of [
    ['ipfs', 'kubo/0.36.0/37b8411', 'kubo'],
    ['ipfs', 'go-ipfs/0.8.0/48f94e2', 'go-ipfs'],
    ['ipfs', 'storm', 'storm'],
    ['ipfs', 'hydra-booster/0.7.4', 'hydra'],
    ['filecoin', 'lotus-1.32.0+mainnet+git.0d6c1e7', 'lotus'],
    ['polkadot', 'Parity Polkadot/v1.18.0-abc (node)', 'parity-polkadot'],
    ['celestia', 'celestia-node/celestia/bridge/v0.24.1/fb95d45', 'celestia-bridge'],
    ['avail', 'avail-light-client/light-client/1.12.13/rust-client', 'avail-light-client'],
    ['ipfs', 'my kubo/1', 'other'],
    ['ipfs', '', 'other']
  ] as const) {
    test(`in ${preset} the agent "${agentVersion}" is in the family ${family}`, () => {
      assert.equal(resolveNetwork({ preset }).agentFamily(agentVersion), family)
    })
  }
})
