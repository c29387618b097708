// A flood of peers, most of them hostile: the passive node stays within its limits and serves honest peers.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { connect } from 'node:net'
import { suite, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { connectingPeer } from '../support/libp2p/connecting-peer.ts'
import { KAD, openPassiveRig } from '../support/libp2p/open-passive.ts'
import { until } from '../support/until.ts'
import type { ConnectingPeer } from '../support/libp2p/connecting-peer.ts'
import type { Connection, Stream } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'

const STRANGERS = fileURLToPath(new URL('../support/libp2p/visit-burst.ts', import.meta.url))
const MAX_CONNECTIONS = 400
const BURST = 2_000
const MUTE = 200
const STALLED = 200

/** The node's limit for one protocol. */
const MAX_STREAMS = 16
const PER_CONNECTION_MB = 1

suite('a passive node under a flood', () => {
  test('stays within its limits, and serves honest peers', async (t) => {
    await using rig = await openPassiveRig({ maxConnections: MAX_CONNECTIONS })
    const address = rig.address('tcp')
    const port = Number(/tcp\/(\d+)/.exec(address.toString())?.[1])
    const before = process.memoryUsage.rss()
    // From another network: peers of one address share its slots.
    const mute = Array.from({ length: MUTE }, () => connect({ port, host: '127.0.0.1', localAddress: '127.9.0.1' }))
    await Promise.all(mute.map(async (socket) => {
      const { promise, resolve } = Promise.withResolvers<undefined>()
      const settle = (): void => {
        resolve(undefined)
      }
      socket.on('error', settle).on('connect', settle).on('close', settle)
      await promise
    }))

    // Each is a complete visit: Noise, yamux, identify, FIND_NODE, close.
    let most = 0
    const watch = setInterval(() => {
      most = Math.max(most, rig.discovery.status().connections)
    }, 20).unref()
    const { stdout } = await promisify(execFile)(process.execPath, [STRANGERS, address.toString(), String(BURST)], { timeout: 120_000 })
    clearInterval(watch)
    const outcomes = JSON.parse(stdout) as Record<string, number>

    // Stalling peers: silent streams on open connections.
    await using stalling = await connectingPeer({ identifies: false })
    const connection = await letIn(stalling, address)
    const streams: Stream[] = []

    for (let i = 0; i < STALLED; i++) {
      try {
        streams.push(await connection.newStream([KAD], { signal: AbortSignal.timeout(5_000) }))
      } catch {
        // refused: the connection has its maximum of streams
      }
    }

    const open = (): number => streams.filter(({ status }) => status === 'open').length
    await until('those too many are reset', () => open() >= 1 && open() <= MAX_STREAMS)

    await using good = await connectingPeer({ agentVersion: 'good/1', listen: ['/ip4/127.0.0.1/tcp/0'], kadProtocol: KAD })
    await letIn(good, address)
    await until('it is reported', () => rig.visits.some(({ result }) => result.identity?.agentVersion === 'good/1'))
    mute.forEach(socket => socket.destroy())
    const grown = process.resourceUsage().maxRSS / 1_024 - before / 1_048_576
    t.diagnostic(`${stdout}: ${String(most)} connections and ${grown.toFixed(0)} MB more at most, ${String(open())} of ${String(STALLED)} streams`)

    assert.ok(most > 1 && most <= MAX_CONNECTIONS, `${String(most)} connections`)
    assert.ok(grown < MAX_CONNECTIONS * PER_CONNECTION_MB, `${grown.toFixed(0)} MB`)
    assert.ok((outcomes['ok'] ?? 0) > 0)
  })
})

// An address that has just made too many connections is refused for a second.
async function letIn (peer: ConnectingPeer, address: Multiaddr): Promise<Connection> {
  let connection: Connection | undefined

  await until('the peer is let in', async () => {
    try {
      connection = await peer.dial(address)
      return true
    } catch {
      await delay(500)
      return false
    }
  })

  return connection!
}
