import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { multiaddr } from '@multiformats/multiaddr'
import fc from 'fast-check'
import { readAddress } from '../../../crawler/address/address-reader.ts'
import { formatAddress, parseAddress } from '../../../crawler/address/address.ts'
import { parsePeerId } from '../../../crawler/peer/peer-id-text.ts'

const PEER = 'QmNnooDu7bfjPFoTZYxMNLWUQJyrVwtbZg5gBMjTezGAJN'
const CERTHASH = '/certhash/uEiAWlgd8EqbNhYLv86OdRvXHMosaUWFFDbhgGZgCkcmKnQ'

const ip4 = fc.ipV4().map(text => `/ip4/${text}`)
const ip6 = fc.uint8Array({ minLength: 16, maxLength: 16 }).map(bytes => multiaddr(Uint8Array.from([41, ...bytes])).toString())
const host = fc.oneof(ip4, ip6, fc.domain().map(name => `/dns4/${name}`), fc.domain().map(name => `/dnsaddr/${name}`))
const tail = fc.constantFrom('', '/ws', '/tls/ws', '/wss', '/http', '/tls/http/http-path/%2Fa', `/p2p/${PEER}`, `/p2p/${PEER}/p2p-circuit`, '/tls/sni/a.example/ws')
const address = fc.tuple(host, fc.constantFrom('/tcp/', '/udp/'), fc.integer({ min: 0, max: 65_535 }), tail).map(([start, kind, port, end]) => `${start}${kind}${String(port)}${end}`)

suite('addresses as text', () => {
  test('an address is printed as the multiaddr library prints it', () => {
    fc.assert(fc.property(address, (text) => {
      const expected = multiaddr(text)

      assert.equal(formatAddress(expected.bytes), expected.toString())
    }), { numRuns: 500 })
  })

  for (const text of [
    `/ip4/1.2.3.4/udp/4001/quic-v1/webtransport${CERTHASH}${CERTHASH}`,
    `/ip4/1.2.3.4/udp/4001/webrtc-direct${CERTHASH}`,
    `/ip4/1.2.3.4/tcp/4001/p2p/${PEER}/p2p-circuit/webrtc`,
    '/ip6zone/eth0/ip6/fe80::1/tcp/1',
    '/onion3/vww6ybal4bd7szmgncyruucpgfkqahzddi37ktceo3ah7ngmcopnpyyd:1234',
    '/ip4/1.2.3.4/udp/1/quic',
    '/ip4/1.2.3.4/tcp/1/noise'
  ]) {
    test(`${text} is printed unchanged`, () => {
      assert.equal(formatAddress(multiaddr(text).bytes), text)
    })
  }

  for (const [what, bytes] of [
    ['nothing', []],
    ['a cut address', [4, 1, 2]],
    ['a name that contains slashes', [54, 9, ...Buffer.from('a/tcp/123')]],
    ['an empty name', [54, 0, 6, 0, 1]],
    ['a name with a line break', [54, 3, ...Buffer.from('a\nb')]],
    ['a name that is not ASCII', [54, 2, 0xc3, 0xbc]],
    ['an invalid peer id', [0xa5, 0x03, 2, 1, 1]],
    ['an unknown protocol', [0xff, 0x7f, 1]]
  ] as const) {
    test(`${what} has no text`, () => {
      assert.equal(formatAddress(Uint8Array.from(bytes)), undefined)
    })
  }

  test('printing arbitrary bytes never throws, and parsing the text gives the same address', () => {
    fc.assert(fc.property(fc.uint8Array({ minLength: 1, maxLength: 60 }), (bytes) => {
      const text = formatAddress(bytes)

      if (text !== undefined) {
        assert.deepEqual(multiaddr(text).bytes, bytes)
      }
    }), { numRuns: 5_000 })
  })

  test('a text with a peer id is split into address and id', () => {
    assert.deepEqual(parseAddress(`/ip4/1.2.3.4/tcp/4001/p2p/${PEER}`), { address: multiaddr('/ip4/1.2.3.4/tcp/4001').bytes, peerId: parsePeerId(PEER) })
    assert.deepEqual(parseAddress(`/dnsaddr/bootstrap.libp2p.io/p2p/${PEER}`), { address: multiaddr('/dnsaddr/bootstrap.libp2p.io').bytes, peerId: parsePeerId(PEER) })
  })

  test('a text without a peer id is an address alone; a relay\'s id is not the peer\'s', () => {
    assert.deepEqual(parseAddress('/ip4/1.2.3.4/tcp/4001'), { address: multiaddr('/ip4/1.2.3.4/tcp/4001').bytes })
    assert.equal(parseAddress(`/ip4/1.2.3.4/tcp/4001/p2p/${PEER}/p2p-circuit`)?.peerId, undefined)
  })

  test('the /ipfs of old texts is the same as /p2p', () => {
    assert.deepEqual(parseAddress(`/ip4/1.2.3.4/tcp/4001/ipfs/${PEER}`)?.peerId, parsePeerId(PEER))
  })

  for (const way of ['/dns4/star.example/tcp/443/wss/p2p-webrtc-star', '/ip4/1.2.3.4/udp/4001/utp', '/ip4/1.2.3.4/tcp/443/tls/http/http-path/a%2Fb', '/memory/x']) {
    test(`the peer id behind ${way} is read, and the address before it`, () => {
      assert.deepEqual(parseAddress(`${way}/p2p/${PEER}`), { address: multiaddr(way).bytes, peerId: parsePeerId(PEER) })
    })
  }

  test('an unknown protocol does not hide the peer id after it', () => {
    const { address: unknown, peerId } = parseAddress(`/ip4/1.2.3.4/tcp/30333/x-parity-ws/%2F/p2p/${PEER}`) ?? assert.fail()

    assert.deepEqual(peerId, parsePeerId(PEER))
    assert.equal(readAddress(unknown)?.transport, 'other')
    assert.equal(formatAddress(unknown), undefined)
    assert.deepEqual(parseAddress(`/ip4/1.2.3.4/tcp/1/new/ipfs/${PEER}`)?.peerId, parsePeerId(PEER))
    assert.equal(parseAddress(`/ip4/1.2.3.4/tcp/1/new/p2p/${PEER}x`), undefined)
  })

  test('a peer id in CID form is accepted', () => {
    assert.deepEqual(parseAddress(`/ip4/1.2.3.4/tcp/1/p2p/bafzaajaiaejcaq3twtznj7mhaa7spxebh24zr3mysjlxuhzzqg2zlt5fnxk3jcej`)?.peerId?.length, 38)
  })

  test('texts that are not an address are rejected', () => {
    for (const text of ['', 'x', '/', '/ip4', '/ip4/1.2.3.400/tcp/1', '/ip4/1.2.3.4/tcp/70000', '/nope/1', `/ip4/1.2.3.4/tcp/1/p2p/${PEER}x`, `/dns4/${'a'.repeat(2_000)}/tcp/1`]) {
      assert.equal(parseAddress(text), undefined, text)
    }
  })
})
