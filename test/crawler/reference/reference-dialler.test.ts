import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { multiaddr } from '@multiformats/multiaddr'
import { systemClock } from '../../../core/time/clock.ts'
import { readAddress } from '../../../crawler/address/address-reader.ts'
import { outcomeOfFault } from '../../../crawler/peer/peer-fault.ts'
import { identifyBytesOf } from '../../support/client/identify-bytes-of.ts'
import { silence, startPeer, startSocketPeer } from '../../support/network/peers.ts'
import { ReferenceDialler } from '../../support/reference/reference-dialler.ts'
import { ReferenceHost } from '../../support/reference/reference-host.ts'
import { until } from '../../support/until.ts'
import type { Address } from '../../../crawler/address/address-reader.ts'

const { signal } = new AbortController()

function read (bytes: Uint8Array): Address {
  return readAddress(bytes) ?? assert.fail()
}

suite('ReferenceDialler', () => {
  let host: ReferenceHost
  let dialler: ReferenceDialler

  before(async () => {
    host = await ReferenceHost.open('peerprobe/0', signal)
    dialler = new ReferenceDialler(host, systemClock)
  })

  after(async () => {
    await host[Symbol.asyncDispose]()
  })

  test('TCP and unresolved /dnsaddr names are supported', () => {
    const supports = (text: string): boolean => dialler.supports(read(multiaddr(text).bytes))

    assert.ok(['/ip4/1.2.3.4/tcp/1', '/dns4/a.example/tcp/1', '/dnsaddr/a.example'].every(supports))
    assert.ok(!['/ip4/1.2.3.4/udp/1/quic-v1', '/ip4/1.2.3.4/tcp/1/ws', '/ip4/1.2.3.4/tcp/1/http'].some(supports))
  })

  test('a session reports its connection and the round trip of its connect', async () => {
    await using peer = await startPeer()
    using session = await dialler.dial(read(peer.address), peer.id, signal)

    assert.deepEqual(session.connection, { transport: 'tcp', security: '/noise', muxer: '/yamux/1.0.0', limited: false })
    assert.ok(session.latency !== undefined && session.latency.ms > 0)
  })

  test('another peer than the expected one is rejected, and the connection closed', async () => {
    await using impostor = await startPeer({ keyType: 'RSA' })
    await using victim = await startPeer({ keyType: 'RSA' })

    await assert.rejects(dialler.dial(read(impostor.address), victim.id, signal), err => outcomeOfFault(err) === 'peer-id-mismatch')
    await until('the connection is gone', () => host.openConnections === 0)
  })

  test('an abort ends a dial with its reason, and closes the socket', async () => {
    let closed = false
    await using peer = await startSocketPeer(new Uint8Array(38), (socket) => {
      socket.resume()
      socket.on('close', () => {
        closed = true
      })
    })
    const controller = new AbortController()
    const dialling = dialler.dial(read(peer.address), peer.id, controller.signal)
    setImmediate(() => {
      controller.abort(new Error('enough'))
    })

    await assert.rejects(dialling, /enough/)
    await until('the socket is closed', () => closed)
  })

  test('a refused identify is a fault, a refused DHT protocol is not', async () => {
    await using peer = await startPeer({ identify: silence })
    await peer.node.unhandle('/ipfs/id/1.0.0')
    using session = await dialler.dial(read(peer.address), peer.id, signal)

    await assert.rejects(identifyBytesOf(session, signal), { code: 'PP_PEER_FAULT', message: 'the remote refuses identify' })
    assert.equal(await session.openQueries(['/a/kad'], Uint8Array.of(), signal), undefined)
  })
})
