import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { multiaddr } from '@multiformats/multiaddr'
import { parseIp } from '../../../../crawler/address/ip-text.ts'
import { BYTES_PER_UNIT, limitDhtMessages, DHT_MESSAGE_RATES, DhtMessageLimit, unitsOf } from '../../../../crawler/passive/limits/dht-message-limit.ts'
import { FakeClock } from '../../../support/fake-clock.ts'

const { own, ip: perIp } = DHT_MESSAGE_RATES
const IP = parseIp('198.51.100.7')
const allowed = (limit: DhtMessageLimit, asked: number, peerOf: (i: number) => string): number =>
  Array.from({ length: asked }, (_, i) => limit.take(peerOf(i), IP)).filter(Boolean).length

class Rpc {
  handled = 0

  async handleMessage (): Promise<void> {
    await Promise.resolve()
    this.handled += 1
  }

  async onIncomingStream (messages: object[], connection: object): Promise<void> {
    for (const message of messages) {
      await (this.handleMessage as (peer: unknown, message: object) => Promise<void>)((connection as { remotePeer: string }).remotePeer, message)
    }
  }
}

/** How many messages a DHT handles of the peers in `streams`, each with its own stream. */
async function handled (streams: readonly { peer: string, address: string, messages: object[] }[]): Promise<number> {
  const rpc = new Rpc()
  limitDhtMessages({ rpc }, new DhtMessageLimit(new FakeClock()))
  await Promise.allSettled(streams.map(async ({ peer, address, messages }) => {
    await rpc.onIncomingStream(messages, { remotePeer: peer, remoteAddr: multiaddr(address) })
  }))

  return rpc.handled
}

const many = (count: number): object[] => Array.from({ length: count }, () => ({}))

suite('DhtMessageLimit', () => {
  test('a peer may send a burst, then some messages each second, and does not affect other peers', async () => {
    const clock = new FakeClock()
    const limit = new DhtMessageLimit(clock)

    assert.equal(allowed(limit, 5_000, () => 'flood'), own.burst)
    assert.equal(allowed(limit, 16, () => 'other'), 16)
    await clock.advance(1_000)
    assert.equal(allowed(limit, 5_000, () => 'flood'), own.perSecond)
    await clock.advance(3_600_000)
    assert.equal(allowed(limit, 5_000, () => 'flood'), own.burst)
  })

  test('a DHT without the expected methods is rejected when the node is created', () => {
    for (const rpc of [{}, { handleMessage: async (): Promise<number> => await Promise.resolve(0) }]) {
      assert.throws(() => {
        limitDhtMessages({ rpc }, new DhtMessageLimit(new FakeClock()))
      }, TypeError)
    }
  })

  test('messages above a peer\'s limit are not handled, over all its connections and addresses', async () => {
    const streams = Array.from({ length: 10 }, (_, i) => ({ peer: 'one', address: `/ip4/10.0.${String(i)}.1/tcp/1`, messages: many(100) }))

    assert.equal(await handled(streams), own.burst)
  })

  test('new peer ids of one address share its limit, by each transport', async () => {
    const addresses = ['/ip4/198.51.100.7/tcp/1', '/ip4/198.51.100.7/udp/1/quic-v1', '/ip4/198.51.100.7/tcp/2/ws', '/ip6/::ffff:198.51.100.7/tcp/1']
    const streams = Array.from({ length: 100 }, (_, i) => ({ peer: `peer ${String(i)}`, address: addresses[i % 4]!, messages: many(100) }))

    assert.equal(await handled(streams), perIp.burst)
  })

  test('a large message counts as several', async () => {
    const large = { key: new Uint8Array(1), record: new Uint8Array(10 * BYTES_PER_UNIT) }
    const wide = { providers: Array.from({ length: 640 }, () => ({ multiaddrs: [] })) }

    assert.deepEqual([{}, large, wide].map(unitsOf), [1, 11, 21])
    assert.equal(await handled([{ peer: 'one', address: '/ip4/10.0.0.1/tcp/1', messages: Array.from({ length: 100 }, () => large) }]), Math.floor(own.burst / 11))
  })
})
