import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { decode, encode } from 'dns-packet'
import { mdnsRecords } from '../../../../crawler/passive/mdns/mdns-records.ts'

const PEER = '12D3KooWGC6TvWhfapngX6wvJHMYvKpDMXPb3ZnCZ6dMoaMtimQ5'
const SELF = { instance: 'abc123', peerId: PEER }
const LISTENING = [
  `/ip4/127.0.0.1/tcp/4001/p2p/${PEER}`,
  `/ip4/10.0.0.5/tcp/4001/p2p/${PEER}`,
  `/ip4/10.0.0.5/udp/4001/quic-v1/p2p/${PEER}`,
  `/ip6/fd00::5/tcp/4001/p2p/${PEER}`,
  `/ip6/fe80::1/tcp/4001/p2p/${PEER}`,
  `/ip4/203.0.113.9/tcp/4001/p2p/${PEER}`,
  `/dns4/peer.test/tcp/4001/p2p/${PEER}`,
  `/ip4/10.0.0.5/tcp/4001/p2p/${PEER}/p2p-circuit/p2p/${PEER}`
]

suite('mdnsRecords', () => {
  test('contain the interface\'s own addresses, and all records that go-libp2p requires', () => {
    const service = 'abc123._p2p._udp.local'

    assert.deepEqual(mdnsRecords(SELF, LISTENING, ['10.0.0.5', 'fd00:0:0:0:0:0:0:5', 'fe80::1']), {
      answers: [{ type: 'PTR', name: '_p2p._udp.local', ttl: 120, data: service }],
      additionals: [
        { type: 'SRV', name: service, ttl: 120, flush: true, data: { port: 4001, target: 'abc123.local' } },
        { type: 'TXT', name: service, ttl: 120, flush: true, data: [
          `dnsaddr=/ip4/10.0.0.5/tcp/4001/p2p/${PEER}`,
          `dnsaddr=/ip4/10.0.0.5/udp/4001/quic-v1/p2p/${PEER}`,
          `dnsaddr=/ip6/fd00::5/tcp/4001/p2p/${PEER}`
        ] },
        { type: 'A', name: 'abc123.local', ttl: 120, flush: true, data: '10.0.0.5' },
        { type: 'AAAA', name: 'abc123.local', ttl: 120, flush: true, data: 'fd00::5' }
      ]
    })
  })

  test('are undefined if the node does not listen on an address of the interface', () => {
    assert.equal(mdnsRecords(SELF, LISTENING, ['192.168.1.1']), undefined)
    assert.equal(mdnsRecords(SELF, [], ['10.0.0.5']), undefined)
    assert.equal(mdnsRecords(SELF, LISTENING, []), undefined)
  })

  test('are withdrawn with a TTL of 0', () => {
    const records = mdnsRecords(SELF, LISTENING, ['127.0.0.1'], 0)!

    assert.deepEqual([...records.answers, ...records.additionals].map(record => 'ttl' in record && record.ttl), [0, 0, 0, 0])
  })

  test('fit one packet, however many addresses there are', () => {
    const many = Array.from({ length: 100 }, (_, i) => `/ip4/10.0.0.5/tcp/${String(10_000 + i)}/p2p/${PEER}`)
    const { answers, additionals } = mdnsRecords(SELF, many, ['10.0.0.5'])!
    const packet = encode({ type: 'response', answers, additionals })

    assert.ok(packet.length <= 1_472, 'a UDP packet in an Ethernet frame')
    const txt = decode(packet).additionals!.find(({ type }) => type === 'TXT') as { data: Buffer[] }
    assert.ok(txt.data.length > 5)
    assert.ok(txt.data.every(text => text.toString().startsWith('dnsaddr=/ip4/10.0.0.5/tcp/')))
  })
})
