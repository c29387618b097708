import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { multiaddr } from '@multiformats/multiaddr'
import { defined } from '../../../core/defined.ts'
import { readAddress } from '../../../crawler/address/address-reader.ts'
import { formatAddress } from '../../../crawler/address/address.ts'
import { resolveNames } from '../../../crawler/dial/resolve.ts'
import { formatPeerId, parsePeerId } from '../../../crawler/peer/peer-id-text.ts'
import { ScriptedDns } from '../../support/network/scripted-dns.ts'
import type { Address } from '../../../crawler/address/address-reader.ts'
import type { ResolvedAddress } from '../../../crawler/dial/resolve.ts'

const A = 'QmNnooDu7bfjPFoTZYxMNLWUQJyrVwtbZg5gBMjTezGAJN'
const B = 'QmbLHAnMoJPWSCR5Zhtx6BHJX9KiKNN6tpvbUcqanj75Nb'
const { signal } = new AbortController()

interface Resolved { found: string[], failures: number, dns: ScriptedDns }
interface Options { peer?: string, accepts?: (address: Address) => boolean }

async function resolve (text: string | string[], records: Record<string, string[]>, { peer, accepts = () => true }: Options = {}): Promise<Resolved> {
  const dns = new ScriptedDns(records)
  const addresses = [text].flat().map(one => readAddress(multiaddr(one).bytes)).filter(address => address !== undefined)
  const peerId = peer === undefined ? undefined : parsePeerId(peer)
  const { resolved, failures } = await resolveNames(addresses, { dns, accepts, ...defined({ peerId }) }, signal)

  return { found: resolved.map(textOf), failures, dns }
}

function textOf ({ address, peerId }: ResolvedAddress): string {
  return `${formatAddress(address.bytes) ?? ''}${peerId === undefined ? '' : ` ${formatPeerId(peerId)}`}`
}

suite('resolveNames', () => {
  test('an address without a name is kept, without a query', async () => {
    const { found, dns } = await resolve('/ip4/1.2.3.4/tcp/1', {})

    assert.deepEqual(found, ['/ip4/1.2.3.4/tcp/1'])
    assert.deepEqual(dns.asked, [])
  })

  test('a name becomes each of its addresses, and the rest of the address is kept', async () => {
    const records = { 'a.example': ['1.2.3.4', '5.6.7.8', '2a01::1'] }

    assert.deepEqual((await resolve('/dns4/a.example/tcp/443/wss', records)).found, ['/ip4/1.2.3.4/tcp/443/wss', '/ip4/5.6.7.8/tcp/443/wss'])
    assert.deepEqual((await resolve('/dns6/a.example/udp/1/quic-v1', records)).found, ['/ip6/2a01::1/udp/1/quic-v1'])
    assert.deepEqual((await resolve('/dns/a.example/tcp/1', records)).found, ['/ip6/2a01::1/tcp/1', '/ip4/1.2.3.4/tcp/1', '/ip4/5.6.7.8/tcp/1'])
  })

  test('a /dnsaddr gives the addresses of the wanted peer, through other names too', async () => {
    const records = {
      '_dnsaddr.boot.example': [`dnsaddr=/dnsaddr/one.example/p2p/${A}`, `dnsaddr=/dnsaddr/two.example/p2p/${B}`, 'v=spf1'],
      '_dnsaddr.one.example': [`dnsaddr=/ip4/1.2.3.4/tcp/1/p2p/${A}`, `dnsaddr=/dns4/a.example/tcp/2/p2p/${A}`],
      'a.example': ['5.6.7.8']
    }
    const { found, dns } = await resolve('/dnsaddr/boot.example', records, { peer: A })

    assert.deepEqual(found, [`/ip4/1.2.3.4/tcp/1 ${A}`, `/ip4/5.6.7.8/tcp/2 ${A}`])
    assert.ok(!dns.asked.includes('txt _dnsaddr.two.example'))
  })

  test('a /dnsaddr gives all peers if none is wanted', async () => {
    const records = { '_dnsaddr.boot.example': [`dnsaddr=/ip4/1.2.3.4/tcp/1/p2p/${A}`, `dnsaddr=/ip4/5.6.7.8/tcp/1/p2p/${B}`, 'dnsaddr=/ip4/9.9.9.9/tcp/1'] }

    assert.deepEqual((await resolve('/dnsaddr/boot.example', records)).found, [`/ip4/1.2.3.4/tcp/1 ${A}`, `/ip4/5.6.7.8/tcp/1 ${B}`])
  })

  test('a name that fails or has no record is counted, and does not affect others', async () => {
    const { found, failures } = await resolve(['/dns4/broken.example/tcp/1', '/dns4/none.example/tcp/1', '/dns4/a.example/tcp/1'], { 'a.example': ['1.2.3.4'] })

    assert.deepEqual([found, failures], [['/ip4/1.2.3.4/tcp/1'], 2])
  })

  test('a name whose IPv6 query fails still gives its IPv4 addresses', async () => {
    const dns = new ScriptedDns({ 'a.example': ['1.2.3.4'] })
    const half = {
      texts: async (name: string) => await dns.texts(name),
      addresses: async (name: string, family: 4 | 6) => family === 6 ? assert.fail() : await dns.addresses(name, family)
    }
    const address = readAddress(multiaddr('/dns/a.example/tcp/1').bytes) ?? assert.fail()

    assert.equal((await resolveNames([address], { dns: half, accepts: () => true }, signal)).resolved.length, 1)
  })

  test('resolved addresses are checked before they are used', async () => {
    const { found } = await resolve('/dns4/rebind.example/tcp/1', { 'rebind.example': ['127.0.0.1', '8.8.8.8'] }, { accepts: ({ host }) => host[0] !== 127 })

    assert.deepEqual(found, ['/ip4/8.8.8.8/tcp/1'])
  })

  test('a loop ends', async () => {
    const records = { '_dnsaddr.a.example': [`dnsaddr=/dnsaddr/b.example/p2p/${A}`], '_dnsaddr.b.example': [`dnsaddr=/dnsaddr/a.example/p2p/${A}`] }
    const { found, dns } = await resolve('/dnsaddr/a.example', records)

    assert.deepEqual(found, [])
    assert.equal(dns.asked.length, 2)
  })

  test('a chain and a tree end after 32 names', async () => {
    const chain = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [
      `_dnsaddr.n${String(i)}.example`,
      [`dnsaddr=/dnsaddr/n${String(i + 1)}.example/p2p/${A}`]
    ]))
    const tree = Object.fromEntries(Array.from({ length: 1_000 }, (_, i) => [
      `_dnsaddr.n${String(i)}.example`,
      Array.from({ length: 20 }, (_, j) => `dnsaddr=/dnsaddr/n${String(20 * i + j + 1)}.example/p2p/${A}`)
    ]))

    assert.equal((await resolve('/dnsaddr/n0.example', chain)).dns.asked.length, 32)
    assert.equal((await resolve('/dnsaddr/n0.example', tree)).dns.asked.length, 32)
  })

  test('at most 100 records of a name are read', async () => {
    const { found } = await resolve('/dns4/a.example/tcp/1', { 'a.example': Array.from({ length: 500 }, (_, i) => `1.2.${String(i >> 8)}.${String(i & 255)}`) })

    assert.equal(found.length, 100)
  })

  test('a name that is invalid in the DNS is not looked up', async () => {
    for (const name of ['a b.example', 'a..example', `${'a'.repeat(64)}.example`, Array(70).fill('abc').join('.')]) {
      const { dns, failures } = await resolve(`/dns4/${name}/tcp/1`, {})
      assert.deepEqual([dns.asked, failures], [[], 1], name)
    }
  })

  test('a name is looked up in its normalised form, and once for all spellings', async () => {
    const { found, dns } = await resolve(['/dns4/A.Example./tcp/1/ws', '/dns4/a.example/tcp/1/ws', '/dns4/a.example/tcp/2/ws'], { 'a.example': ['1.2.3.4'] })

    assert.deepEqual(found, ['/ip4/1.2.3.4/tcp/1/ws', '/ip4/1.2.3.4/tcp/2/ws'])
    assert.deepEqual(dns.asked, ['4 a.example', '4 a.example'])
    assert.deepEqual((await resolve('/dnsaddr/Boot.example.', {})).dns.asked, ['txt _dnsaddr.boot.example'])
    assert.deepEqual((await resolve('/dns4/bücher.example/tcp/1', { 'xn--bcher-kva.example': ['1.2.3.4'] })).found, ['/ip4/1.2.3.4/tcp/1'])
  })

  test('a resolved address has the normalised name', async () => {
    const address = readAddress(multiaddr('/dns4/Peer.Test./tcp/1/tls/ws').bytes) ?? assert.fail()
    const { resolved } = await resolveNames([address], { dns: new ScriptedDns({ 'peer.test': ['1.2.3.4'] }), accepts: () => true }, signal)

    assert.equal(resolved[0]?.address.name, 'peer.test')
  })

  test('an IP address in place of a name needs no query, is checked by the policy, and is not a name', async () => {
    const text = ['/dns4/127.0.0.1/tcp/1/wss', '/dns/8.8.8.8/tcp/1/wss', '/dns6/2a01::1/tcp/1/wss', '/dns4/2a01::2/tcp/1', '/dns6/8.8.4.4/tcp/1', '/dnsaddr/8.8.8.8', '/dns4/2130706433/tcp/1']
    const { found, failures, dns } = await resolve(text, {}, { accepts: ({ host }) => host[0] !== 127 })

    assert.deepEqual(found, ['/ip4/8.8.8.8/tcp/1/wss', '/ip6/2a01::1/tcp/1/wss'])
    assert.deepEqual([failures, dns.asked], [4, []])
    const literal = readAddress(multiaddr('/dns4/8.8.8.8/tcp/1/wss').bytes) ?? assert.fail()
    assert.equal((await resolveNames([literal], { dns, accepts: () => true }, signal)).resolved[0]?.address.name, undefined)
  })

  test('an abort is passed on', async () => {
    const aborted = AbortSignal.abort(new Error('enough'))
    const dns = { texts: async () => [], addresses: async () => await Promise.reject<string[]>(aborted.reason as Error) }
    const address = readAddress(multiaddr('/dns4/a.example/tcp/1').bytes) ?? assert.fail()

    await assert.rejects(resolveNames([address], { dns, accepts: () => true }, aborted), /enough/)
  })

  test('no peer causes more than 32 queries, and lookups beyond that count as limited', async () => {
    const names = Array.from({ length: 32 }, (_, i) => `/dns/n${String(i)}.example/tcp/1`)
    const { dns } = await resolve(names, {})
    assert.equal(dns.asked.length, 32)
  })
})
