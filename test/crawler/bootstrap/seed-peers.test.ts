import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { formatAddress } from '../../../crawler/address/address.ts'
import { seedPeers } from '../../../crawler/bootstrap/seed-peers.ts'
import { formatPeerId } from '../../../crawler/peer/peer-id-text.ts'
import { ScriptedDns } from '../../support/network/scripted-dns.ts'

const A = 'QmNnooDu7bfjPFoTZYxMNLWUQJyrVwtbZg5gBMjTezGAJN'
const B = 'QmbLHAnMoJPWSCR5Zhtx6BHJX9KiKNN6tpvbUcqanj75Nb'
const { signal } = new AbortController()

async function seeds (texts: string[], dns = new ScriptedDns()): Promise<unknown> {
  return (await seedPeers(texts, dns, signal)).map(({ id, addresses }) => [formatPeerId(id), ...addresses.map(formatAddress)])
}

suite('seedPeers', () => {
  test('texts of one peer become one record, and names are kept', async () => {
    assert.deepEqual(
      await seeds([`/ip4/1.2.3.4/tcp/1/p2p/${A}`, `/dnsaddr/boot.example/p2p/${B}`, `/dns4/a.example/tcp/2/p2p/${A}`]),
      [[A, '/ip4/1.2.3.4/tcp/1', '/dns4/a.example/tcp/2'], [B, '/dnsaddr/boot.example']]
    )
  })

  test('a /dnsaddr without a peer id means all peers in its records', async () => {
    const dns = new ScriptedDns({ '_dnsaddr.boot.example': [`dnsaddr=/ip4/1.2.3.4/tcp/1/p2p/${A}`, `dnsaddr=/ip4/5.6.7.8/tcp/1/p2p/${B}`, `dnsaddr=/ip4/1.2.3.4/udp/1/quic-v1/p2p/${A}`] })

    assert.deepEqual(await seeds(['/dnsaddr/boot.example'], dns), [[A, '/ip4/1.2.3.4/tcp/1', '/ip4/1.2.3.4/udp/1/quic-v1'], [B, '/ip4/5.6.7.8/tcp/1']])
  })

  test('a name in such a record is kept', async () => {
    const dns = new ScriptedDns({ '_dnsaddr.boot.example': [`dnsaddr=/dns4/a.example/tcp/443/wss/p2p/${A}`], 'a.example': ['1.2.3.4'] })

    assert.deepEqual(await seeds(['/dnsaddr/boot.example'], dns), [[A, '/dns4/a.example/tcp/443/wss']])
  })

  test('a name that does not resolve gives no peer', async () => {
    assert.deepEqual(await seeds(['/dnsaddr/broken.example']), [])
  })

  test('a peer with an address that no client dials is included: its visit has the outcome', async () => {
    const star = `/dns4/star.example/tcp/443/wss/p2p-webrtc-star/p2p/${A}`
    const expected = [[A, '/dns4/star.example/tcp/443/wss/p2p-webrtc-star'], [B, '/ip4/1.2.3.4/tcp/1']]

    assert.deepEqual(await seeds([star, `/ip4/1.2.3.4/tcp/1/p2p/${B}`]), expected)
    const dns = new ScriptedDns({ '_dnsaddr.boot.example': [`dnsaddr=${star}`, `dnsaddr=/ip4/1.2.3.4/tcp/1/p2p/${B}`] })
    assert.deepEqual(await seeds(['/dnsaddr/boot.example'], dns), expected)
    assert.deepEqual(await seeds([`/ip4/1.2.3.4/tcp/1/protocol-of-tomorrow/p2p/${A}`]), [[A, undefined]])
  })

  test('all invalid texts are reported at once', async () => {
    await assert.rejects(seeds(['nonsense', '/ip4/1.2.3.4/tcp/1', `/ip4/1.2.3.4/tcp/1/p2p/${A}`]), {
      code: 'PP_CONFIG_INVALID',
      message: 'bootstrapPeers: nonsense: not a multiaddr; /ip4/1.2.3.4/tcp/1: must end in /p2p/<peer id>'
    })
  })
})
