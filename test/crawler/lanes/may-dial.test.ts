import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { generateKeyPair } from '@libp2p/crypto/keys'
import fc from 'fast-check'
import { Scan } from '../../../core/contracts/scan.ts'
import { systemClock } from '../../../core/time/clock.ts'
import { readAddress } from '../../../crawler/address/address-reader.ts'
import { parseAddress } from '../../../crawler/address/address.ts'
import { ClientDialler } from '../../../crawler/client/client-dialler.ts'
import { CrawlLedger } from '../../../crawler/engine/crawl-ledger.ts'
import { canDial, mayDial } from '../../../crawler/lanes/may-dial.ts'
import { QuicDialler } from '../../../crawler/quic/quic-dialler.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { peerIdOf } from '../../support/network/simulated-network.ts'
import type { VisitResult } from '../../../crawler/visit/visitor.ts'

const { addresses } = Scan.parse({ name: 'main', network: { preset: 'ipfs' } })
const RELAY = '/p2p/QmNnooDu7bfjPFoTZYxMNLWUQJyrVwtbZg5gBMjTezGAJN/p2p-circuit'
const bytesOf = (text: string): Uint8Array => parseAddress(text)!.address

/** Addresses that only WebSocket or a relay can reach. */
const DIALLED = ['/ip4/8.8.8.8/tcp/1/ws', '/ip6/2606:4700::1/tcp/1/tls/ws', '/dns4/example.org/tcp/443/wss', `/ip4/8.8.8.8/tcp/1${RELAY}`, `/ip4/8.8.8.8/tcp/1/ws${RELAY}`]

/** Addresses that the policy allows and no client dials. */
const UNDIALLED = ['/ip4/8.8.8.8/udp/1/webrtc-direct', `/ip4/8.8.8.8/udp/1/quic-v1${RELAY}`, `/ip4/8.8.8.8/tcp/1${RELAY}/webrtc`, '/ip4/8.8.8.8/tcp/1/p2p-circuit', '/ip4/8.8.8.8/udp/1/quic']

const COMPONENTS = ['/tcp/1', '/udp/1', '/ws', '/wss', '/tls', '/sni/a.example', '/quic-v1', '/quic', '/webtransport', '/webrtc', '/webrtc-direct', '/noise', '/http', '/p2p-circuit', RELAY]
const address = fc.tuple(fc.constantFrom('/ip4/8.8.8.8', '/ip6/2606:4700::1', '/dns4/a.example', '/dns/a.example', '/dnsaddr/a.example'), fc.array(fc.constantFrom(...COMPONENTS), { maxLength: 6 }))

suite('mayDial', () => {
  test('is true for addresses that one of the clients supports', async () => {
    const client = new ClientDialler({ clock: systemClock, random: () => 0 }, { agentVersion: 'peerprobe/test' })
    await using quic = new QuicDialler({ clock: systemClock }, { agentVersion: 'peerprobe/test', privateKey: await generateKeyPair('Ed25519') })

    fc.assert(fc.property(address, ([host, components]) => {
      const read = readAddress(parseAddress(host + components.join(''))?.address ?? new Uint8Array(0))

      assert.equal(read !== undefined && canDial(read), read !== undefined && (client.supports(read) || quic.supports(read)))
    }), { numRuns: 1_000 })
  })

  for (const text of [...DIALLED, '/ip4/8.8.8.8/tcp/4001', '/dns4/example.org/tcp/4001', '/dnsaddr/bootstrap.libp2p.io', '/ip4/8.8.8.8/udp/4001/quic-v1']) {
    test(`is true for ${text}`, () => {
      assert.equal(mayDial(addresses)(bytesOf(text)), true)
    })
  }

  for (const text of [...UNDIALLED, '/ip4/10.0.0.1/tcp/4001', '/ip4/10.0.0.1/tcp/1/ws', `/ip4/10.0.0.1/tcp/1${RELAY}`]) {
    test(`is false for ${text}`, () => {
      assert.equal(mayDial(addresses)(bytesOf(text)), false)
    })
  }

  test('is false for bytes that are not an address', () => {
    assert.equal(mayDial(addresses)(new Uint8Array([255, 255])), false)
  })
})

const OPTIONS = { crawlId: 1, crawlNumber: 0, strategy: 'Topology', maxPeers: 10, concurrency: 1, maxDurationMs: 1_000, visitTimeoutMs: 1_000 } as const
const SEEDS = { bootstrap: [], connected: [], known: [] }
const refused: VisitResult = { lane: 'fast', startedAtMs: 0, durationMs: 1, outcome: 'refused', attempts: [] }

/** A crawl that starts from peers with these addresses. */
function ledgerOf (...peers: [name: string, ...addresses: string[]][]): CrawlLedger {
  const bootstrap = peers.map(([name, ...texts]) => ({ id: peerIdOf(name), addresses: texts.map(bytesOf) }))

  return new CrawlLedger({ clock: new FakeClock(), isDialable: mayDial(addresses) }, { ...OPTIONS }, { ...SEEDS, bootstrap })
}

suite('a crawl with mayDial', () => {
  for (const text of DIALLED) {
    test(`visits a peer that has only ${text} before one that no client can dial`, () => {
      const { frontier } = ledgerOf(['undialled', ...UNDIALLED], ['dialled', text])

      assert.deepEqual([frontier.take()?.id, frontier.take()?.id], [peerIdOf('dialled'), peerIdOf('undialled')])
    })

    test(`visits a failed peer again that got ${text} since then`, () => {
      const ledger = ledgerOf(['peer', '/ip4/8.8.8.8/tcp/1'])
      ledger.enter({ peer: ledger.frontier.take()! }, refused)
      assert.equal(ledger.frontier.take(), undefined)
      ledger.frontier.seed({ id: peerIdOf('peer'), addresses: [bytesOf(text)] }, 'known')

      assert.equal(ledger.frontier.take()?.attempt, 2)
    })

    test(`counts the address family of ${text}`, () => {
      const ledger = ledgerOf(['peer', '/ip4/8.8.8.8/tcp/1'])
      const identity = { protocols: [], listenAddresses: [text, ...UNDIALLED].map(bytesOf) }
      ledger.enter({ peer: ledger.frontier.take()! }, { ...refused, outcome: 'identified', identity })

      assert.deepEqual(ledger.report().distributions.addressFamilies, { top: [{ value: text.split('/')[1], count: 1 }], other: 0 })
    })
  }

  test('makes no second visit for an address that no client dials', () => {
    const ledger = ledgerOf(['peer', '/ip4/8.8.8.8/tcp/1'])
    ledger.enter({ peer: ledger.frontier.take()! }, refused)
    ledger.frontier.seed({ id: peerIdOf('peer'), addresses: UNDIALLED.map(bytesOf) }, 'known')

    assert.equal(ledger.frontier.take(), undefined)
  })
})
