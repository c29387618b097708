import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { hasMulticastRoute, machineHasMulticastRoute } from '../../../../crawler/passive/mdns/multicast-route.ts'

const HEAD = 'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n'
const route = (destination: string, mask: string): string => `${HEAD}eth0\t${destination}\t00000000\t0001\t0\t0\t0\t${mask}\t0\t0\t0\n`

suite('hasMulticastRoute', () => {
  test('accepts a route to all multicast, or a default route', () => {
    assert.ok(hasMulticastRoute(route('000000E0', '000000F0')))
    assert.ok(hasMulticastRoute(route('00000000', '00000000')))
  })

  test('rejects other routes', () => {
    assert.ok(!hasMulticastRoute(route('0000000A', '000000FF')))
    assert.ok(!hasMulticastRoute(HEAD))
    assert.ok(!hasMulticastRoute(''))
    assert.equal(typeof machineHasMulticastRoute(), process.platform === 'linux' ? 'boolean' : 'undefined')
  })
})
