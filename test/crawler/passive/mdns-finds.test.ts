import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { peerIdFromString } from '@libp2p/peer-id'
import { multiaddr } from '@multiformats/multiaddr'
import { pino } from 'pino'
import { PassiveGater } from '../../../crawler/passive/limits/passive-gater.ts'
import { FIND_PAUSE_MS, FINDS_AT_ONCE, MdnsFinds } from '../../../crawler/passive/mdns-finds.ts'
import { formatPeerId } from '../../../crawler/peer/peer-id-text.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { inventedId } from '../../support/network/victim-attackers.ts'
import type { PeerInfo } from '@libp2p/interface'

interface Rig { clock: FakeClock, dials: string[][], failed: string[], finds: MdnsFinds }

/** @param dial how each dial ends */
function rig (dial: () => Promise<never>): Rig {
  const clock = new FakeClock()
  const dials: string[][] = []
  const failed: string[] = []
  const finds = new MdnsFinds({
    clock,
    log: pino({ level: 'silent' }),
    gater: new PassiveGater({ policy: 'Any', deny: [] }, () => ['192.168.1.1/24']),
    node: { dial: async (addresses: { toString: () => string }[]) => {
      dials.push(addresses.map(String))
      return await dial()
    } } as never,
    onMet: async () => {
      await Promise.resolve()
    },
    onFailed: async (peer) => {
      await Promise.resolve()
      failed.push(peer.toString())
    }
  })

  return { clock, dials, failed, finds }
}

const refused = async (): Promise<never> => await Promise.reject(new TypeError('refused'))
const find = (id: string, ...addresses: string[]): PeerInfo => ({ id: peerIdFromString(id), multiaddrs: addresses.map(text => multiaddr(text)) })

suite('MdnsFinds', () => {
  test('a repeatedly announced peer is dialled at most once per pause', async () => {
    const { clock, dials, failed, finds } = rig(refused)
    const peer = find(formatPeerId(inventedId()), '/ip4/192.168.1.9/tcp/1')

    for (let i = 0; i < 1_000; i++) {
      await finds.found(peer, '192.168.1.9')
      await clock.advance(FIND_PAUSE_MS / 500)
    }

    assert.equal(dials.length, 2)
    assert.equal(failed.length, 2)
  })

  test('addresses outside the local network are not dialled, those on the link are', async () => {
    const { dials, finds } = rig(refused)
    const id = formatPeerId(inventedId())
    await finds.found(find(id, '/ip4/8.8.8.8/tcp/1', '/ip4/127.0.0.1/tcp/6379', '/ip4/192.168.1.9/tcp/1'), '192.168.1.9')
    await finds.found(find(formatPeerId(inventedId()), '/ip4/8.8.8.8/tcp/1'), '192.168.1.9')

    assert.deepEqual(dials, [[`/ip4/192.168.1.9/tcp/1/p2p/${id}`]])
  })

  test('thousands of found peers are dialled a few at a time', () => {
    const { dials, finds } = rig(async () => await new Promise<never>(() => undefined))

    for (let i = 0; i < 5_000; i++) {
      void finds.found(find(formatPeerId(inventedId()), '/ip4/192.168.1.9/tcp/1'), '192.168.1.9')
    }

    assert.equal(dials.length, FINDS_AT_ONCE)
  })
})
