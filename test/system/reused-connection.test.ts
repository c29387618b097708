// Many crawls over one open connection: none of our streams is left at either end, whatever the remote does.
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { Scan } from '../../core/contracts/scan.ts'
import { systemClock } from '../../core/time/clock.ts'
import { IDENTIFY_PROTOCOL } from '../../crawler/identify/identify-message.ts'
import { visitConnected } from '../../crawler/passive/connected-visitor.ts'
import { frame } from '../../crawler/wire/frames.ts'
import { connectingPeer } from '../support/libp2p/connecting-peer.ts'
import { KAD, openPassiveRig } from '../support/libp2p/open-passive.ts'
import { findNodeReply } from '../support/network/peer-fixtures.ts'
import { identifyBytes } from '../support/network/scripted-session.ts'
import { until } from '../support/until.ts'
import type { Outcome } from '../../core/contracts/outcome.ts'
import type { VisitorOptions } from '../../crawler/visit/visitor-options.ts'
import type { Visitor, VisitResult } from '../../crawler/visit/visitor.ts'
import type { ConnectingPeer } from '../support/libp2p/connecting-peer.ts'
import type { PassiveRig } from '../support/libp2p/open-passive.ts'
import type { Stream } from '@libp2p/interface'

const CRAWLS = 20

/** Crawls of a silent peer: enough to exceed libp2p's limit of identify streams. */
const SILENT_CRAWLS = 5
const IDENTITY = identifyBytes('scripted/1', [KAD])
const ANSWER = frame(findNodeReply([]))
const { addresses } = Scan.parse({ name: 'main', network: { preset: 'ipfs' } })
const OPTIONS = { kadProtocols: [KAD], agentVersion: 'peerprobe/test', addresses, dialTimeoutMs: 1_000, visitTimeoutMs: 20_000 }

/** Time limit for a silent peer: long enough for its agreement to the protocol on a busy machine. */
const SILENT_MS = 2_000
const plan = { strategy: 'Topology' } as const
const { signal } = new AbortController()

/** Reaches no peer, like for peers that are reachable only over their connection. */
const unreachable: Visitor = {
  visit: async () => await Promise.resolve({ lane: 'fast', startedAtMs: 0, durationMs: 0, outcome: 'no-dialable-address', attempts: [] }),
  async [Symbol.asyncDispose] () {
    await Promise.resolve()
  }
}

const say = (bytes: Uint8Array, then: (stream: Stream) => void = () => undefined) => (stream: Stream): void => {
  stream.send(bytes)
  then(stream)
}
const end = (stream: Stream): void => {
  void stream.close()
}
const reset = (stream: Stream): void => {
  stream.abort(new Error('over'))
}
const silent = (): void => undefined

/** The behaviour of a peer, and the outcome of its visits. */
const SCRIPTS: [string, (stream: Stream) => void, (stream: Stream) => void, Outcome, Partial<VisitorOptions>?][] = [
  ['never ends identify nor its answers', say(IDENTITY), say(ANSWER), 'ok', { requestTimeoutMs: SILENT_MS }],
  ['resets both streams after its answers', say(IDENTITY, reset), say(ANSWER, reset), 'ok'],
  ['ends both streams', say(IDENTITY, end), say(ANSWER, end), 'ok'],
  ['answers no query', say(IDENTITY, end), silent, 'rpc-failed', { requestTimeoutMs: SILENT_MS }],
  ['resets the query stream', say(IDENTITY, end), reset, 'rpc-failed'],
  ['never identifies itself', silent, say(ANSWER), 'identify-failed', { identifyTimeoutMs: SILENT_MS, requestTimeoutMs: SILENT_MS }],
  ['resets identify', reset, silent, 'connected', { requestTimeoutMs: SILENT_MS }],
  ['answers garbage', say(Buffer.alloc(64, 0xff)), say(Buffer.alloc(64, 0xff)), 'identify-failed']
]

interface Scene extends AsyncDisposable {
  rig: PassiveRig
  peer: ConnectingPeer
  crawl: (visitSignal?: AbortSignal) => Promise<VisitResult>

  /** Waits until neither end has more streams than before the first crawl. */
  noneLeft: () => Promise<void>
}

/** A peer that is connected to a passive node. */
async function open (peer: ConnectingPeer, transport: 'tcp' | 'ws' | 'quic-v1', limits: Partial<VisitorOptions> = {}): Promise<Scene> {
  await using stack = new AsyncDisposableStack()
  stack.use(peer)
  const rig = stack.use(await openPassiveRig())
  await peer.dial(rig.address(transport))
  await until('it is connected', () => rig.discovery.connected().length === 1)
  const visitor = visitConnected(unreachable, rig.discovery, { ...OPTIONS, ...limits }, systemClock)
  const id = peer.peerId.toMultihash().bytes
  const streams = (): number[] => [rig.discovery.connectionTo(id)?.streams.length ?? Infinity, peer.getConnections()[0]?.streams.length ?? Infinity]
  const before = streams()
  const held = stack.move()

  return {
    rig,
    peer,
    crawl: async (visitSignal = signal) => await visitor.visit({ id, addresses: [], plan }, visitSignal),
    noneLeft: async () => {
      await until('no stream of a visit is left', () => streams().every((count, i) => count <= before[i]!))
    },
    [Symbol.asyncDispose]: async () => {
      await held.disposeAsync()
    }
  }
}

async function scripted (identify: (stream: Stream) => void, kad: (stream: Stream) => void, limits: Partial<VisitorOptions> = {}): Promise<Scene> {
  const peer = await connectingPeer({ identifies: false })
  await peer.handle(IDENTIFY_PROTOCOL, identify, { maxInboundStreams: 1_000 })
  await peer.handle(KAD, kad, { maxInboundStreams: 1_000 })

  return await open(peer, 'tcp', limits)
}

suite('a visitor of connected peers', { concurrency: 4 }, () => {
  for (const transport of ['tcp', 'ws', 'quic-v1'] as const) {
    test(`queries a DHT server ${String(CRAWLS)} times over one connection by ${transport}, and leaves no stream`, async () => {
      await using scene = await open(await connectingPeer({ listen: ['/ip4/127.0.0.1/tcp/0'], kadProtocol: KAD, agentVersion: 'server/1' }), transport)
      await until('it has joined', () => scene.rig.discovery.status().routingTable === 1)

      for (let i = 0; i < CRAWLS; i++) {
        const { outcome, identity, connection } = await scene.crawl()
        assert.deepEqual([outcome, identity?.agentVersion, connection?.transport], ['ok', 'server/1', transport])
      }

      await scene.noneLeft()
      assert.equal(scene.peer.getConnections().length, 1)
      assert.equal(scene.rig.discovery.status().connections, 1)
    })
  }

  for (const [what, identify, kad, outcome, limits] of SCRIPTS) {
    test(`leaves no stream on a peer that ${what}: ${outcome}`, async () => {
      await using scene = await scripted(identify, kad, limits ?? {})

      for (let i = 0; i < (limits === undefined ? CRAWLS : SILENT_CRAWLS); i++) {
        assert.equal((await scene.crawl()).outcome, outcome)
      }

      await scene.noneLeft()
      assert.equal(scene.rig.discovery.status().connections, 1)
    })
  }

  test('leaves no stream of visits that are aborted at any moment', async () => {
    await using scene = await scripted(say(IDENTITY), silent, { requestTimeoutMs: SILENT_MS })

    for (let i = 0; i < CRAWLS; i++) {
      const stop = new AbortController()
      const visiting = scene.crawl(stop.signal)
      setTimeout(() => {
        stop.abort()
      }, i % 10)
      await visiting
    }

    await scene.noneLeft()
    assert.equal((await scene.crawl()).outcome, 'rpc-failed')
  })
})
