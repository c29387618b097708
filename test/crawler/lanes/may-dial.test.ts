import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Scan } from '../../../core/contracts/scan.ts'
import { parseAddress } from '../../../crawler/address/address.ts'
import { mayDial } from '../../../crawler/lanes/may-dial.ts'

test('an address makes a second visit worthwhile only when the scan may dial it and a lane can', () => {
  const { addresses } = Scan.parse({ name: 'main', network: { preset: 'ipfs' } })
  const check = mayDial(addresses)
  const verdicts = ['/ip4/8.8.8.8/tcp/4001', '/dns4/example.org/tcp/4001', '/dnsaddr/bootstrap.libp2p.io', '/ip4/8.8.8.8/udp/4001/quic-v1', '/ip4/8.8.8.8/udp/4001/webrtc-direct', '/ip4/10.0.0.1/tcp/4001'].map(text => check(parseAddress(text)!.address))

  assert.deepEqual(verdicts, [true, true, true, true, false, false])
  assert.equal(check(new Uint8Array([255, 255])), false)
})

test('every transport of a lane counts, a relay when it can be reached', () => {
  const { addresses } = Scan.parse({ name: 'main', network: { preset: 'ipfs' } })
  const check = mayDial(addresses)
  const relay = '/p2p/QmNnooDu7bfjPFoTZYxMNLWUQJyrVwtbZg5gBMjTezGAJN/p2p-circuit'
  const verdicts = ['/tcp/1/ws', '/tcp/1/wss', '/tcp/1/tls/ws', `/tcp/1${relay}`, `/udp/1/quic-v1${relay}`, '/tcp/1/p2p-circuit', `/tcp/1${relay}/webrtc`].map(end => check(parseAddress(`/ip4/8.8.8.8${end}`)!.address))

  assert.deepEqual(verdicts, [true, true, true, true, false, false, false])
})
