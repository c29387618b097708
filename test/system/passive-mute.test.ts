// Sockets of one address without a proven peer: they take only its share of the slots, and are closed.
import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { suite, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { connectingPeer } from '../support/libp2p/connecting-peer.ts'
import { openPassiveRig } from '../support/libp2p/open-passive.ts'
import { until } from '../support/until.ts'
import type { PassiveRig } from '../support/libp2p/open-passive.ts'
import type { Socket } from 'node:net'

const PLACES = 80
const SHARE = PLACES / 4
const SOCKETS = 60
const LIMIT_MS = 120_000

const multistream = (text: string): Buffer => Buffer.concat([Buffer.from([text.length + 1]), Buffer.from(`${text}\n`)])
const UPGRADE = 'GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n'

const ATTACKS: readonly (readonly [string, 'tcp' | 'ws', string | Buffer])[] = [
  ['sends nothing', 'tcp', ''],
  ['sends half of the multistream header', 'tcp', multistream('/multistream/1.0.0').subarray(0, 7)],
  ['sends an incomplete proposal', 'tcp', Buffer.concat([multistream('/multistream/1.0.0'), multistream('/noise').subarray(0, 3)])],
  ['sends half of a Noise message', 'tcp', Buffer.concat([multistream('/multistream/1.0.0'), multistream('/noise'), Buffer.from([0, 32, 1, 2, 3])])],
  ['sends nothing', 'ws', ''],
  ['sends half of a request', 'ws', UPGRADE],
  ['sends a plain HTTP request and stays', 'ws', 'GET / HTTP/1.1\r\nHost: x\r\n\r\n'],
  ['begins TLS', 'ws', Buffer.from([0x16, 3, 1, 2, 0, 1])],
  ['upgrades and sends nothing more', 'ws', `${UPGRADE}\r\n`]
]

function flood (rig: PassiveRig, transport: 'tcp' | 'ws', bytes: string | Buffer): Socket[] {
  const port = Number(/tcp\/(\d+)/.exec(rig.address(transport).toString())?.[1])

  return Array.from({ length: SOCKETS }, () => {
    const socket = connect({ port, host: '127.0.0.1', localAddress: '127.9.9.9' })
    socket.on('error', () => undefined).resume()
    socket.on('connect', () => {
      if (bytes.length > 0) {
        socket.write(bytes)
      }
    })

    return socket
  })
}

// Each has a node of its own, and waits for its time limit.
suite('a peer that never completes the handshake with a passive node', { concurrency: true }, () => {
  for (const [what, transport, bytes] of ATTACKS) {
    test(`${transport}: ${what}`, async () => {
      await using rig = await openPassiveRig({ maxConnections: PLACES })
      const sockets = flood(rig, transport, bytes)
      const open = (): number => sockets.filter(({ destroyed, readableEnded, connecting }) => !destroyed && !readableEnded && !connecting).length

      try {
        await until('those over the share are closed', () => sockets.every(({ connecting }) => !connecting) && open() <= SHARE, LIMIT_MS)
        await using honest = await connectingPeer({ agentVersion: 'honest/1' })
        await honest.dial(rig.address(transport))
        await until('an honest peer is served', () => rig.visits.some(({ result }) => result.identity?.agentVersion === 'honest/1'), LIMIT_MS)
        await until('the others are closed too', () => open() === 0, LIMIT_MS)
      } finally {
        sockets.forEach(socket => socket.destroy())
        await delay(0)
      }

      assert.equal(open(), 0)
    })
  }
})
