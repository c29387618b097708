import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { multiaddr } from '@multiformats/multiaddr'
import { BYTE_RATES, STREAM_RATES, TrafficLimit } from '../../../../crawler/passive/limits/traffic-limit.ts'
import { FakeClock } from '../../../support/fake-clock.ts'
import type { Receiving } from '../../../../crawler/passive/limits/traffic-limit.ts'
import type { Connection, MultiaddrConnection } from '@libp2p/interface'

class Wire extends EventTarget {
  readonly remoteAddr
  readonly muxer = Object.assign(new EventTarget(), { status: 'open' })
  isAborted = false
  received = 0

  constructor (address: string) {
    super()
    this.remoteAddr = multiaddr(address)
  }

  abort (): void {
    this.isAborted = true
  }

  onData ({ byteLength }: { byteLength: number }): void {
    this.received += byteLength
  }

  opens (stream: Receiving = {}): void {
    this.muxer.dispatchEvent(Object.assign(new Event('stream'), { detail: stream }))
  }
}

/** Opens streams until the connection is closed. Returns how many. */
function flood (wire: Wire): number {
  let opened = 0

  for (; !wire.isAborted && opened < 10_000; opened++) {
    wire.opens()
  }

  return opened - 1
}

suite('TrafficLimit', () => {
  test('a connection that opens too many streams, of any protocol, is closed; one that opens some stays open', async () => {
    const clock = new FakeClock()
    const traffic = new TrafficLimit(clock)
    const [hostile, honest] = [new Wire('/ip4/10.0.0.1/tcp/1'), new Wire('/ip4/10.0.0.1/tcp/2')]
    traffic.watchStreams(hostile as unknown as Connection)
    traffic.watchStreams(honest as unknown as Connection)
    assert.equal(flood(hostile), STREAM_RATES.own.burst)

    for (let i = 0; i < 1_000; i++) {
      honest.opens()
      await clock.advance(100)
    }

    assert.ok(!honest.isAborted)
  })

  test('a connection whose muxer closed before the upgrade does not keep its slot', () => {
    const traffic = new TrafficLimit(new FakeClock())
    const [hasty, honest] = [new Wire('/ip4/10.0.0.1/tcp/1'), new Wire('/ip4/10.0.0.1/tcp/2')]
    hasty.muxer.status = 'closed'
    traffic.watchStreams(hasty as unknown as Connection)
    traffic.watchStreams(honest as unknown as Connection)

    assert.deepEqual([hasty.isAborted, honest.isAborted], [true, false])
  })

  test('new connections of one address share its stream limit', () => {
    const traffic = new TrafficLimit(new FakeClock())
    let opened = 0

    for (let i = 0; i < 100; i++) {
      const wire = new Wire(`/ip4/10.0.0.1/tcp/${String(i + 1)}`)
      traffic.watchStreams(wire as unknown as Connection)
      opened += flood(wire)
    }

    assert.equal(opened, STREAM_RATES.ip.burst)
  })

  test('a connection that sends too much is closed, by each transport, and data before that is delivered', () => {
    for (const [address, isStream] of [['/ip4/10.0.0.1/tcp/1', false], ['/ip4/10.0.0.1/tcp/1/ws', false], ['/ip4/10.0.0.1/udp/1/quic-v1', true]] as const) {
      const traffic = new TrafficLimit(new FakeClock())
      const wire = new Wire(address)
      const stream = new Wire(address)
      traffic.watchStreams(wire as unknown as Connection)
      traffic.watchBytes(wire as unknown as MultiaddrConnection)
      wire.opens(stream)
      const receiver = isStream ? stream : wire

      for (let i = 0; i < 1_000 && !wire.isAborted; i++) {
        receiver.onData({ byteLength: 65_536 })
      }

      assert.ok(wire.isAborted, address)
      assert.equal(receiver.received, BYTE_RATES.own.burst, address)
    }
  })
})
