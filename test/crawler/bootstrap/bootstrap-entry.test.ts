import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { neverDialled, readBootstrapEntry } from '../../../crawler/bootstrap/bootstrap-entry.ts'
import { parsePeerId } from '../../../crawler/peer/peer-id-text.ts'

const ID = '12D3KooWQnwEGNqcM2nAcPtRR9rAX8Hrg4k9kJLCHoTR5chJfz6d'
const ONION = '/onion3/vww6ybal4bd7szmgncyruucpgfkqahzddi37ktceo3ah7ngmcopnpyyd:1234'
const reasonOf = (way: string, policy: 'Public' | 'Any' = 'Any'): string | undefined => [...neverDialled([`${way}/p2p/${ID}`], { policy, deny: [] }).values()][0]

suite('an entry of a list of bootstrap peers', () => {
  test('has an address and a peer id', () => {
    assert.partialDeepStrictEqual(readBootstrapEntry(`/ip4/1.2.3.4/tcp/1/p2p/${ID}`), { address: { port: 1 }, peerId: parsePeerId(ID) })
    assert.partialDeepStrictEqual(readBootstrapEntry('/dnsaddr/boot.example'), { address: { family: 'dnsaddr' } })
  })

  for (const [text, fault] of [
    ['nonsense', 'not a multiaddr'],
    ['/ip4/300.0.0.1/tcp/1', 'not a multiaddr'],
    ['/ip4/1.2.3.4/tcp/1/p2p/12D3KooW', 'not a multiaddr'],
    [`/p2p/${ID}`, 'a peer id without an address'],
    ['/ip4/1.2.3.4/tcp/1', 'must end in /p2p/<peer id>'],
    ['/ip4/1.2.3.4/udp/1/utp', 'must end in /p2p/<peer id>'],
    [`/ip4/1.2.3.4/tcp/1/p2p/${ID}/p2p-circuit`, 'must end in /p2p/<peer id>'],
    [`/ip4/1.2.3.4${'/tls'.repeat(40)}/p2p/${ID}`, 'longer than any address in use']
  ] as const) {
    test(`is rejected as ${text.slice(0, 50)}: ${fault}`, () => {
      assert.deepEqual(readBootstrapEntry(text), { fault })
    })
  }

  for (const [way, protocol] of [
    ['/dns4/star.example/tcp/443/wss/p2p-webrtc-star', 'p2p-webrtc-star'],
    ['/ip4/1.2.3.4/udp/4001/utp', 'utp'],
    ['/ip4/1.2.3.4/udp/4001/quic', 'quic'],
    ['/ip4/1.2.3.4/udp/4001/webrtc-direct', 'webrtc-direct'],
    [ONION, 'onion3'],
    ['/ip4/1.2.3.4/tcp/443/tls/http/http-path/a', 'http'],
    ['/dns4/a.example/tcp/443/tls/ws/http-path/a', 'http-path'],
    ['/ip4/1.2.3.4/tcp/30333/x-parity-ws/%2F', 'x-parity-ws'],
    ['/dns4/a.example/tcp/443/tls/new', 'new'],
    [`/ip4/1.2.3.4/udp/1/quic-v1/p2p/${ID}/p2p-circuit`, 'such a relay']
  ] as const) {
    test(`is never dialled by ${way.slice(0, 50)}`, () => {
      assert.match(reasonOf(way) ?? '', new RegExp(`^${protocol} is not supported`))
    })
  }

  test('is never dialled without a port, or where the policy forbids it', () => {
    assert.equal(reasonOf('/ip4/1.2.3.4/tcp/0'), 'it has no port')
    assert.equal(reasonOf('/ip4/127.0.0.1/tcp/1', 'Public'), 'addresses.policy Public or addresses.deny of the scan forbids 127.0.0.1')
    assert.match(reasonOf('/ip4/169.254.169.254/tcp/1') ?? '', /forbids 169\.254\.169\.254/)
  })

  test('may be dialled otherwise; a name always', () => {
    const relay = `/ip4/8.8.8.8/tcp/1/ws/p2p/${ID}/p2p-circuit`

    for (const way of ['/ip4/8.8.8.8/tcp/1', '/ip6/2a01::1/udp/1/quic-v1', '/dns4/a.example/tcp/1/wss', '/dnsaddr/a.example', relay]) {
      assert.equal(reasonOf(way, 'Public'), undefined, way)
    }
  })
})
