import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import { suite, test } from 'node:test'
import { multiaddr } from '@multiformats/multiaddr'
import { ConnectionSlots } from '../../../../crawler/passive/limits/connection-slots.ts'
import { SocketSlots, UPGRADE_LIMIT_MS } from '../../../../crawler/passive/limits/socket-slots.ts'
import { FakeClock } from '../../../support/fake-clock.ts'
import type { SlottedSocket } from '../../../../crawler/passive/limits/socket-slots.ts'
import type { Multiaddr } from '@multiformats/multiaddr'

class StandIn extends EventEmitter {
  readonly remoteAddress: string
  readonly remotePort: number
  isDestroyed = false

  constructor (remoteAddress: string, remotePort: number) {
    super()
    this.remoteAddress = remoteAddress
    this.remotePort = remotePort
  }

  destroy (): this {
    this.isDestroyed = true
    this.emit('close')

    return this
  }
}

interface Rig { clock: FakeClock, slots: ConnectionSlots, sockets: SocketSlots, come: (ip: string, port: number) => StandIn }

function rig (): Rig {
  const clock = new FakeClock()
  const slots = new ConnectionSlots(clock, { slots: 60 })
  const sockets = new SocketSlots(clock, slots)

  return { clock, slots, sockets, come: (ip, port) => {
    const socket = new StandIn(ip, port)
    sockets.enter(socket as unknown as SlottedSocket)

    return socket
  } }
}

const connection = (address: string): EventTarget & { remoteAddr: Multiaddr } => Object.assign(new EventTarget(), { remoteAddr: multiaddr(address) })

suite('SocketSlots', () => {
  test('a socket takes a slot before it sends anything, and its address gets no more than its share', () => {
    const { slots, sockets, come } = rig()
    const all = Array.from({ length: 100 }, (_, i) => come('198.51.100.7', 1_000 + i))

    assert.equal(slots.size, 15)
    assert.equal(sockets.size, 15)
    assert.equal(all.filter(({ isDestroyed }) => isDestroyed).length, 85)
  })

  test('a socket without a proven peer is closed, and its slot is released', async () => {
    const { clock, slots, sockets, come } = rig()
    const mute = come('198.51.100.7', 1)
    const peer = come('198.51.100.7', 2)
    sockets.upgraded(connection('/ip4/198.51.100.7/tcp/2/ws'))
    await clock.advance(UPGRADE_LIMIT_MS)

    assert.ok(mute.isDestroyed)
    assert.ok(!peer.isDestroyed)
    assert.equal(slots.size, 1)
    assert.equal(clock.pending, 0)
  })

  test('a WebSocket uses the slot of its socket, and the socket ends with it', () => {
    const { slots, sockets, come } = rig()
    const socket = come('2001:db8::1', 7)
    const webSocket = connection('/ip6/2001:db8::1/tcp/7/ws')
    assert.ok(sockets.has(webSocket))
    assert.ok(!sockets.has(connection('/ip6/2001:db8::1/tcp/8/ws')))
    sockets.upgraded(webSocket)
    webSocket.dispatchEvent(new Event('close'))

    assert.ok(socket.isDestroyed)
    assert.equal(slots.size, 0)
    assert.ok(!sockets.has(webSocket))
  })

  test('a socket without an address gets no slot', () => {
    assert.ok(rig().come('', 0).isDestroyed)
  })
})
