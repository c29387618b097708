import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Scan } from '../../../core/contracts/scan.ts'
import { parseAddress } from '../../../crawler/visit/address.ts'
import { mayDial } from '../../../crawler/visit/may-dial.ts'

test('an address makes a second visit worthwhile only when the scan may dial it and a lane can', () => {
  const { addresses } = Scan.parse({ name: 'main', network: { preset: 'ipfs' } })
  const check = mayDial(addresses)
  const verdicts = ['/ip4/8.8.8.8/tcp/4001', '/dns4/example.org/tcp/4001', '/dnsaddr/bootstrap.libp2p.io', '/ip4/8.8.8.8/udp/4001/quic-v1', '/ip4/8.8.8.8/udp/4001/webrtc-direct', '/ip4/10.0.0.1/tcp/4001'].map(text => check(parseAddress(text)!.address))

  assert.deepEqual(verdicts, [true, true, true, true, false, false])
  assert.equal(check(new Uint8Array([255, 255])), false)
})
