// A connected peer that opens streams or sends pings as fast as it can: its connection is closed, and other peers are
// served.
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { connectingPeer } from '../support/libp2p/connecting-peer.ts'
import { openPassiveRig } from '../support/libp2p/open-passive.ts'
import { until } from '../support/until.ts'
import type { PassiveRig } from '../support/libp2p/open-passive.ts'
import type { Connection } from '@libp2p/interface'

const LIMIT_MS = 60_000
const STREAM_LIMIT_MS = 5_000
const MOST_STREAMS = 5_000
const MOST_BYTES = 128 * 1_048_576
const CHUNK = new Uint8Array(32_768)
const AT_ONCE = 16

const FLOODS = {
  'streams of identify push': async (connection: Connection) => { await openMany(connection, '/ipfs/id/push/1.0.0') },
  'streams of relays': async (connection: Connection) => { await openMany(connection, '/libp2p/circuit/relay/0.2.0/hop') },
  'streams of a protocol that nobody has': async (connection: Connection) => { await openMany(connection, '/nobody/1.0.0') },
  'streams of pings': async (connection: Connection) => { await openMany(connection, '/ipfs/ping/1.0.0') },
  'pings on one stream': async (connection: Connection) => { await sendMany(connection) }
}

async function openMany (connection: Connection, protocol: string): Promise<void> {
  const opening = async (): Promise<void> => {
    for (let i = 0; i < MOST_STREAMS / AT_ONCE && connection.status === 'open'; i++) {
      try {
        (await connection.newStream([protocol], { signal: AbortSignal.timeout(STREAM_LIMIT_MS) })).abort(new TypeError('the next one'))
      } catch {
        // refused: the next one
      }
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, opening))
}

async function sendMany (connection: Connection): Promise<void> {
  const stream = await connection.newStream(['/ipfs/ping/1.0.0'])
  stream.addEventListener('message', () => undefined)

  try {
    for (let sent = 0; sent < MOST_BYTES && connection.status === 'open'; sent += CHUNK.length) {
      if (!stream.send(CHUNK)) {
        await stream.onDrain({ signal: AbortSignal.timeout(LIMIT_MS) })
      }
    }
  } catch {
    // the stream has ended with its connection, or alone
  }
}

async function served (rig: PassiveRig, agentVersion: string): Promise<void> {
  await using honest = await connectingPeer({ agentVersion })
  await honest.dial(rig.address('tcp'))
  await until('an honest peer is served', () => rig.visits.some(({ result }) => result.identity?.agentVersion === agentVersion), LIMIT_MS)
}

suite('a connected peer that floods the node', () => {
  for (const transport of ['tcp', 'ws', 'quic-v1'] as const) {
    for (const [what, flood] of Object.entries(FLOODS)) {
      test(`${transport}: ${what}`, async () => {
        await using rig = await openPassiveRig()
        await using hostile = await connectingPeer()
        const connection = await hostile.dial(rig.address(transport))
        await flood(connection)
        await until('its connection has ended', () => connection.status !== 'open', LIMIT_MS)
        await served(rig, 'honest/1')

        assert.notEqual(connection.status, 'open')
      })
    }
  }
})
