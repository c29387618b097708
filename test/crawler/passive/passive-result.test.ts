import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { multiaddr } from '@multiformats/multiaddr'
import { failedFind, passiveResult } from '../../../crawler/passive/passive-result.ts'

const PEER = '/p2p/12D3KooWGC6TvWhfapngX6wvJHMYvKpDMXPb3ZnCZ6dMoaMtimQ5'
const times = { startedAtMs: 1, durationMs: 2 }

suite('results of the passive node', () => {
  test('contain a peer\'s identity, with its addresses without its id', () => {
    const connection = { remoteAddr: multiaddr(`/ip4/1.2.3.4/udp/5/quic-v1${PEER}`), encryption: '/noise', multiplexer: '/yamux/1.0.0' }
    const identified = {
      listenAddrs: [multiaddr(`/ip4/1.2.3.4/tcp/4001${PEER}`)],
      protocols: ['/a'],
      agentVersion: 'kubo',
      protocolVersion: 'ipfs/0.1.0',
      observedAddr: multiaddr('/ip4/9.9.9.9/tcp/1')
    }

    assert.deepEqual(passiveResult({ connection, identified, outcome: 'connected', ...times, latency: { ms: 3, errorMs: 1 } }), {
      lane: 'passive',
      ...times,
      outcome: 'identified',
      attempts: [],
      connection: { address: multiaddr('/ip4/1.2.3.4/udp/5/quic-v1').bytes, transport: 'quic-v1', security: '/noise', muxer: '/yamux/1.0.0', limited: false },
      identity: {
        protocols: ['/a'],
        listenAddresses: [multiaddr('/ip4/1.2.3.4/tcp/4001').bytes],
        protocolVersion: 'ipfs/0.1.0',
        agentVersion: 'kubo',
        observedAddress: multiaddr('/ip4/9.9.9.9/tcp/1').bytes
      },
      latencyMs: 3,
      latencyErrorMs: 1
    })
  })

  test('exist for a peer that sent nothing, and for one that could not be dialled', () => {
    const connection = { remoteAddr: multiaddr('/ip4/1.2.3.4/tcp/5'), limits: { seconds: 1 } } as never
    const { outcome, identity } = passiveResult({ connection, identified: undefined, outcome: 'connected', ...times, latency: undefined })
    assert.deepEqual({ outcome, identity }, { outcome: 'connected', identity: undefined })
    const { addresses, result } = failedFind([multiaddr(`/ip4/10.0.0.1/tcp/1${PEER}`)], { err: Object.assign(new Error('x'), { code: 'ECONNREFUSED' }), ...times })

    assert.deepEqual(addresses, [multiaddr('/ip4/10.0.0.1/tcp/1').bytes])
    assert.equal(result.outcome, 'refused')
    assert.deepEqual(result.attempts, [{ address: addresses[0], outcome: 'refused', durationMs: 2 }])
  })
})
