import assert from 'node:assert/strict'
import { test } from 'node:test'
import { multiaddr } from '@multiformats/multiaddr'
import { formatAddress } from '../../../crawler/address/address.ts'
import { resolvePeers } from '../../../crawler/dial/resolve-peers.ts'
import { nobodyId } from '../../support/network/peer-fixtures.ts'
import { ScriptedDns } from '../../support/network/scripted-dns.ts'

test('names of peers become allowed IP addresses, and addresses without a name are kept', async () => {
  const dns = new ScriptedDns({ 'a.example': ['1.2.3.4', '10.0.0.1'] })
  const texts = ['/dns4/a.example/tcp/1', '/ip4/5.6.7.8/udp/1/quic-v1', '/ip4/10.0.0.2/tcp/1', '/dns4/none.example/tcp/1']
  const addresses = texts.map(text => multiaddr(text).bytes)
  const accepts = ({ host }: { host: Uint8Array }): boolean => host[0] !== 10
  const peers = await resolvePeers([{ id: nobodyId(1), addresses }, { id: nobodyId(2), addresses: [] }], { dns, accepts }, new AbortController().signal)

  assert.deepEqual(peers.map(peer => peer.addresses.map(formatAddress)), [['/ip4/5.6.7.8/udp/1/quic-v1', '/ip4/1.2.3.4/tcp/1'], []])
})
