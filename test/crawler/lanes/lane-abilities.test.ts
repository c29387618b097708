import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { multiaddr } from '@multiformats/multiaddr'
import { OUTCOME_NAMES } from '../../../core/contracts/outcome.ts'
import { systemClock } from '../../../core/time/clock.ts'
import { readAddress } from '../../../crawler/address/address-reader.ts'
import { NOISE_PROTOCOL } from '../../../crawler/client/connection.ts'
import { FastDialler } from '../../../crawler/client/fast-dialler.ts'
import { TLS_PROTOCOL } from '../../../crawler/client/tls-link.ts'
import { YAMUX_PROTOCOL } from '../../../crawler/client/yamux/yamux.ts'
import { abilitiesBeyond, FAST_LANE, FULL_LANE, isOfUse, lackedBy, mayReach } from '../../../crawler/lanes/lane-abilities.ts'
import { CrawlHost } from '../../../crawler/libp2p/host.ts'
import { Libp2pDialler } from '../../../crawler/libp2p/libp2p-dialler.ts'
import type { Outcome } from '../../../core/contracts/outcome.ts'
import type { Transport } from '../../../core/contracts/visit.ts'
import type { Address } from '../../../crawler/address/address-reader.ts'
import type { Dialler } from '../../../crawler/dial/session.ts'
import type { LaneAbilities } from '../../../crawler/lanes/lane-abilities.ts'
import type { VisitResult } from '../../../crawler/visit/visitor.ts'

const addressOf = (text: string): Address => readAddress(multiaddr(text).bytes)!
const TCP = addressOf('/ip4/127.0.0.1/tcp/4001')
const ADDRESSES: Record<Transport, string> = {
  'tcp': '/ip4/127.0.0.1/tcp/4001',
  'ws': '/ip4/127.0.0.1/tcp/4001/ws',
  'wss': '/ip4/127.0.0.1/tcp/4001/tls/ws',
  'relay': '/ip4/127.0.0.1/tcp/4001/p2p/12D3KooWQYhTNQdmr3ArTeUHRYzFg94BKyTkoWBDWez9kSCVe2Xo/p2p-circuit',
  'quic-v1': '/ip4/127.0.0.1/udp/4001/quic-v1',
  'quic': '/ip4/127.0.0.1/udp/4001/quic',
  'webtransport': '/ip4/127.0.0.1/udp/4001/quic-v1/webtransport',
  'webrtc-direct': '/ip4/127.0.0.1/udp/4001/webrtc-direct',
  'webrtc': '/ip4/127.0.0.1/tcp/4001/p2p/12D3KooWQYhTNQdmr3ArTeUHRYzFg94BKyTkoWBDWez9kSCVe2Xo/p2p-circuit/webrtc',
  'other': '/ip4/127.0.0.1/sctp/4001'
}
const failed = (outcome: Outcome, attempts: readonly Outcome[] = []): VisitResult => ({
  lane: 'fast',
  startedAtMs: 0,
  durationMs: 0,
  outcome,
  attempts: attempts.map(word => ({ address: TCP.bytes, outcome: word, durationMs: 0 }))
})

function assertDials (dialler: Dialler, { transports }: LaneAbilities): void {
  const addresses = Object.entries(ADDRESSES).map(([transport, text]): [string, Address] => [transport, addressOf(text)])

  const dialled = addresses.filter(([transport, address]) => address.transport === transport && dialler.supports(address))

  assert.deepEqual(dialled.map(([transport]) => transport), transports)
}

suite('what lanes can do', () => {
  test('is what the fast lane dials and speaks', () => {
    assertDials(new FastDialler({ clock: systemClock, random: () => 0 }, { agentVersion: 'peerprobe/test' }), FAST_LANE)
    assert.deepEqual([FAST_LANE.securities, FAST_LANE.muxers], [[NOISE_PROTOCOL, TLS_PROTOCOL], [YAMUX_PROTOCOL]])
  })

  test('is what the full lane dials', async () => {
    await using host = await CrawlHost.open('peerprobe/test', new AbortController().signal)

    assertDials(new Libp2pDialler(host, systemClock), FULL_LANE)
  })

  test('adds nothing from the full lane to the fast one today', () => {
    assert.ok(!isOfUse(abilitiesBeyond(FULL_LANE, [FAST_LANE])))
  })

  for (const [what, more] of [['a transport', { transports: ['quic-v1'] }], ['a security', { securities: ['/plaintext/2.0.0'] }], ['a muxer', { muxers: ['/mplex/6.7.0'] }]] as const) {
    test(`adds ${what} that no lane before it has`, () => {
      const none = { transports: [], securities: [], muxers: [] }

      assert.deepEqual(abilitiesBeyond({ ...none, ...more }, [FULL_LANE, FAST_LANE]), { ...none, ...more })
      assert.deepEqual(abilitiesBeyond({ ...FAST_LANE, ...more }, [none, { ...FAST_LANE, ...more }]), none)
      assert.ok(isOfUse({ ...none, ...more }))
    })
  }

  test('reaches addresses of its transports, and names that do not say', () => {
    assert.ok(mayReach(FAST_LANE, TCP))
    assert.ok(mayReach(FAST_LANE, addressOf('/dnsaddr/example.org')))
    assert.ok(!mayReach(FAST_LANE, addressOf('/ip4/127.0.0.1/udp/1/quic-v1')))
    assert.ok(!mayReach({ transports: [] }, addressOf('/dnsaddr/example.org')))
  })
})

suite('lackedBy', () => {
  for (const outcome of OUTCOME_NAMES) {
    const lacked = { 'security-unsupported': ['securities'], 'no-muxer': ['muxers'] }[outcome as string] ?? []

    test(`${outcome} lacked ${lacked[0] ?? 'nothing'}`, () => {
      assert.deepEqual(lackedBy(failed(outcome)), lacked)
    })
  }

  test('counts what one of several attempts lacked', () => {
    assert.deepEqual(lackedBy(failed('reset', ['reset', 'no-muxer', 'security-unsupported'])), ['securities', 'muxers'])
  })

  test('counts nothing once the peer was reached at another address', () => {
    assert.deepEqual(lackedBy(failed('connected', ['security-unsupported', 'connected'])), [])
  })
})
