import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { formatAddress } from '../../../../crawler/address/address.ts'
import { mayDial } from '../../../../crawler/lanes/may-dial.ts'
import { benchScan } from '../../../../scripts/bench/bench-scan.ts'
import { ipOf, kuboAddresses } from '../../../../scripts/bench/virtual-network/kubo-addresses.ts'

suite('addresses of virtual peers', () => {
  test('are those that a Kubo node announces', () => {
    const hash = '/certhash/u[A-Za-z0-9_-]{46}'
    const patterns = [
      '/ip4/127.17.4.210/tcp/4001',
      '/ip4/127.17.4.210/udp/4001/quic-v1',
      `/ip4/127.17.4.210/udp/4001/quic-v1/webtransport${hash}${hash}`,
      `/ip4/127.17.4.210/udp/4001/webrtc-direct${hash}`,
      '/ip6/2001:db8::[0-9a-f:]+/udp/4001/quic-v1',
      `/ip6/2001:db8::[0-9a-f:]+/udp/4001/quic-v1/webtransport${hash}${hash}`
    ]
    const texts = kuboAddresses(65_536 + 1_234, 6).map(formatAddress)

    assert.equal(texts.length, patterns.length)
    patterns.forEach((pattern, i) => {
      assert.match(texts[i]!, new RegExp(`^${pattern}$`))
    })
  })

  test('are limited to the requested number, of which each client can dial one', () => {
    const isDialable = mayDial(benchScan({ strategy: 'Census', concurrency: 1 }).addresses)

    assert.equal(kuboAddresses(5, 1).length, 1)
    assert.deepEqual(kuboAddresses(5, 6).map(isDialable), [true, true, false, false, false, false])
  })

  test('each peer has its own, on loopback', () => {
    assert.deepEqual([0, 1, 256, 65_536].map(ipOf), ['127.16.0.0', '127.16.0.1', '127.16.1.0', '127.17.0.0'])
  })
})
