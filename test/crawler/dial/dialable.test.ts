import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { multiaddr } from '@multiformats/multiaddr'
import { AddressPolicy } from '../../../crawler/address/address-policy.ts'
import { formatAddress } from '../../../crawler/address/address.ts'
import { dialableAddresses } from '../../../crawler/dial/dialable.ts'
import { nobodyId } from '../../support/network/peer-fixtures.ts'
import { ScriptedDns } from '../../support/network/scripted-dns.ts'

const DNS = new ScriptedDns({ 'a.example': ['8.8.8.8'], 'rebind.example': ['127.0.0.1'] })
const { signal } = new AbortController()

async function dialable (...texts: string[]): Promise<unknown> {
  const found = await dialableAddresses({ id: nobodyId(1), addresses: texts.map(text => multiaddr(text).bytes) }, {
    policy: new AddressPolicy({ policy: 'Public', deny: [] }),
    dns: DNS,
    supports: ({ transport }) => transport === 'tcp' || transport === undefined
  }, signal)

  return 'outcome' in found ? found.outcome : found.addresses.map(({ bytes }) => formatAddress(bytes))
}

suite('dialableAddresses', () => {
  test('allowed addresses of the client\'s transports are kept, with names resolved', async () => {
    assert.deepEqual(await dialable('/ip4/1.1.1.1/tcp/1', '/ip4/10.0.0.1/tcp/1', '/ip4/1.1.1.1/udp/1/quic-v1', '/dns4/a.example/tcp/2'), ['/ip4/1.1.1.1/tcp/1', '/ip4/8.8.8.8/tcp/2'])
  })

  for (const [outcome, ...texts] of [
    ['no-dialable-address'],
    ['filtered', '/ip4/10.0.0.1/tcp/1', '/ip4/127.0.0.1/udp/1/quic-v1'],
    ['filtered', '/dns4/rebind.example/tcp/1'],
    ['unsupported-transport', '/ip4/1.1.1.1/udp/1/quic-v1', '/ip4/10.0.0.1/tcp/1'],
    ['dns-failed', '/dns4/none.example/tcp/1', '/ip4/1.1.1.1/udp/1/quic-v1', '/ip4/10.0.0.1/tcp/1']
  ] as const) {
    test(`${texts.length === 0 ? 'no address' : texts.join(' and ')} is ${outcome}`, async () => {
      assert.equal(await dialable(...texts), outcome)
    })
  }

  test('names of unsupported transports are not looked up', async () => {
    const before = DNS.asked.length
    await dialable('/dns4/a.example/tcp/443/wss')

    assert.equal(DNS.asked.length, before)
  })

  test('addresses beyond 128 are ignored', async () => {
    const garbage = Array.from({ length: 128 }, () => '/ip4/10.0.0.1/tcp/1')

    assert.equal(await dialable(...garbage, '/ip4/1.1.1.1/tcp/1'), 'filtered')
  })
})
