import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseIp } from '../../../../crawler/address/ip-text.ts'
import { isOfLink } from '../../../../crawler/passive/limits/link-addresses.ts'

const LINKS = (): string[] => ['192.168.1.1/24', '203.0.113.1/28', 'fe80::1/64']
const holds = (ip: string, source = '192.168.1.2'): boolean => isOfLink(parseIp(ip)!, source, LINKS)

test('an address is accepted if it is private or on the link of an interface', () => {
  assert.deepEqual(['10.0.0.1', '192.168.7.7', 'fd00::1', '203.0.113.9', '::ffff:10.0.0.1'].map(ip => holds(ip)), [true, true, true, true, true])
  assert.deepEqual(['8.8.8.8', '203.0.113.99', '2600::1', '::ffff:8.8.8.8', '64:ff9b::808:808'].map(ip => holds(ip)), [false, false, false, false, false])
})

test('loopback addresses are accepted from this machine only', () => {
  assert.deepEqual(['127.0.0.1', '::1', '::ffff:127.0.0.1'].map(ip => holds(ip)), [false, false, false])
  assert.deepEqual(['127.0.0.1', '192.168.1.1'].map(source => holds('127.0.0.1', source)), [true, true])
})
