import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { multiaddr } from '@multiformats/multiaddr'
import { readAddress } from '../../../crawler/address/address-reader.ts'
import { formatAddress } from '../../../crawler/address/address.ts'
import { rankAddresses } from '../../../crawler/dial/rank.ts'
import { triedLast } from '../../../crawler/dial/tried-last.ts'

const bytesOf = (text: string): Uint8Array => multiaddr(text).bytes

function ordered (texts: string[], tried: string[]): (string | undefined)[][] {
  const addresses = texts.map(text => readAddress(bytesOf(text))).filter(address => address !== undefined)

  return triedLast(rankAddresses(addresses), tried.map(bytesOf)).map(group => group.map(({ bytes }) => formatAddress(bytes)))
}

const TCP = '/ip4/8.8.8.8/tcp/1'
const OTHER_TCP = '/ip4/8.8.4.4/tcp/1'
const WS = '/ip4/8.8.8.8/tcp/2/ws'
const PRIVATE = '/ip4/10.0.0.1/tcp/1'

suite('triedLast', () => {
  test('puts other transports first, then other addresses, then those that were tried', () => {
    assert.deepEqual(ordered([TCP, OTHER_TCP, WS], [TCP]), [[WS, OTHER_TCP, TCP]])
  })

  test('orders each group by itself, and keeps the order within', () => {
    assert.deepEqual(ordered([TCP, OTHER_TCP, PRIVATE], [PRIVATE, TCP, OTHER_TCP]), [[PRIVATE], [TCP, OTHER_TCP]])
  })

  test('keeps the order of a first visit, and ignores bytes that are not an address', () => {
    const addresses = [TCP, WS].map(text => readAddress(bytesOf(text))).filter(address => address !== undefined)

    assert.deepEqual(triedLast([addresses]), [addresses])
    assert.deepEqual(triedLast([addresses], [Uint8Array.of(255, 255)]), [addresses])
  })
})
