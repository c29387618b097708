import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { OUTCOMES } from '../../../core/contracts/outcome.ts'
import { FLAG, INITIAL_WINDOW, TYPE } from '../../../crawler/client/yamux/yamux-frame.ts'
import { concatBytes } from '../../../crawler/wire/bytes.ts'
import { frame } from '../../../crawler/wire/frames.ts'
import { dht, expectOutcome, identifyOf, KEY, playing, REPLY, signedRecord, visit } from '../../support/client/hostile-visits.ts'
import { ScriptedPeer, header } from '../../support/client/scripted-peer.ts'
import { ScriptedServer } from '../../support/client/scripted-server.ts'
import { createTestKey } from '../../support/client/test-keys.ts'
import { until } from '../../support/until.ts'
import type { Outcome } from '../../../core/contracts/outcome.ts'
import type { VisitResult } from '../../../crawler/visit/visitor.ts'
import type { PeerScript } from '../../support/client/scripted-peer.ts'
import type { Socket } from 'node:net'
const other = createTestKey()

const resetStream: NonNullable<PeerScript['onFrame']> = ({ type, stream }, peer) => {
  if (type === TYPE.data) {
    peer.control(TYPE.windowUpdate, FLAG.rst, stream)
  }
}

const floodWindow: NonNullable<PeerScript['onFrame']> = ({ stream }, peer) => {
  repeat(2, () => {
    peer.data(stream, new Uint8Array(INITIAL_WINDOW))
  })
}

function repeat (times: number, action: () => void): void {
  for (let i = 0; i < times; i++) {
    action()
  }
}

/** Sends bytes one at a time, a few in each turn of the event loop. */
function drip (socket: Socket, script: PeerScript): void {
  const waiting: number[] = []
  const pump = (): void => {
    for (let i = 0; i < 4 && waiting.length > 0; i++) {
      socket.write(Uint8Array.of(waiting.shift() ?? 0))
    }

    if (waiting.length > 0) {
      setImmediate(pump)
    }
  }
  const peer = new ScriptedPeer(script, (bytes) => {
    const isIdle = waiting.length === 0
    waiting.push(...bytes)

    if (isIdle) {
      setImmediate(pump)
    }
  })
  socket.on('data', (bytes) => {
    peer.feed(bytes)
  })
}

suite('a hostile peer, once the connection is secured', { concurrency: 8 }, () => {
  const opened = (...ids: number[]): Uint8Array => concatBytes(ids.map(id => header(TYPE.windowUpdate, FLAG.syn, id, 0)))
  const streams = (count: number): Uint8Array => opened(...Array.from({ length: count }, (_, i) => 2 + 2 * i))
  const pings = concatBytes(Array.from({ length: 5_000 }, () => header(TYPE.ping, FLAG.syn, 0, 1)))

  /** Sends something as soon as the connection is secured, and otherwise answers as an honest peer. */
  const saying = (say: (peer: ScriptedPeer) => void): Partial<PeerScript> => ({ onFrame: dht(), onSecured: say })

  const pingAlways = (peer: ScriptedPeer): void => {
    repeat(40, () => {
      peer.plain(pings)
    })
  }
  const sendAlways = (peer: ScriptedPeer): void => {
    repeat(320, () => {
      peer.data(99, new Uint8Array(60_000))
    })
  }
  const haunt = (peer: ScriptedPeer): void => {
    repeat(100, () => {
      peer.control(TYPE.windowUpdate, 0, 99)
    })
  }
  const cases: [string, Partial<PeerScript>, Outcome][] = [
    ['refuses yamux', { muxers: [], lateMuxers: [] }, 'no-muxer'],
    ['announces only mplex and refuses yamux', { muxers: ['/mplex/6.7.0'], lateMuxers: [] }, 'no-muxer'],
    ['answers on no stream', {}, 'identify-failed'],
    ['resets every stream', { onFrame: resetStream }, 'connected'],
    ['exceeds its window', { onFrame: floodWindow }, 'identify-failed'],
    ['announces a frame of 4 GB', saying((peer) => { peer.control(TYPE.data, 0, 1, 0xffff_ffff) }), 'identify-failed'],
    ['sends frames of garbage', saying((peer) => { peer.plain(new Uint8Array(500).fill(0xaa)) }), 'identify-failed'],
    ['sends a Noise frame that was not sealed', saying((peer) => { peer.raw(Uint8Array.of(0, 32, ...new Uint8Array(32))) }), 'identify-failed'],
    ['opens 5,000 streams', saying((peer) => { peer.plain(streams(5_000)) }), 'identify-failed'],
    ['opens stream 4 before stream 2, and others with gaps', saying((peer) => { peer.plain(opened(4, 2, 100, 8)) }), 'ok'],
    ['opens a stream twice', saying((peer) => { peer.plain(opened(4, 4)) }), 'identify-failed'],
    ['opens 40 streams', saying((peer) => { peer.plain(streams(40)) }), 'ok'],
    ['pings 200,000 times', saying(pingAlways), 'identify-failed'],
    ['sends 20 MB for a stream that never existed', saying(sendAlways), 'identify-failed'],
    ['sends frames for streams that never existed', saying(haunt), 'ok'],
    ['sends go-away', saying((peer) => { peer.control(TYPE.goAway, 0, 0) }), 'ok'],
    ['sends an identify of 1 MB', { onFrame: dht(frame(new Uint8Array(1_000_000))) }, 'identify-failed'],
    ['sends garbage as identify', { onFrame: dht(new Uint8Array(900).fill(0xff)) }, 'identify-failed'],
    ['sends an empty identify', { onFrame: dht(new Uint8Array(0)) }, 'identify-failed'],
    ['answers with garbage', { onFrame: dht(undefined, new Uint8Array(900).fill(0xff)) }, 'rpc-failed'],
    ['announces an answer of 1 GB', { onFrame: dht(undefined, Uint8Array.of(0x80, 0x80, 0x80, 0x80, 4)) }, 'rpc-failed'],
    ['sends more answers than queries', { onFrame: dht(undefined, concatBytes(Array<Uint8Array>(50).fill(REPLY))) }, 'ok']
  ]

  for (const [name, script, outcome] of cases) {
    test(`${name}: ${outcome}`, async () => {
      await expectOutcome(playing(script), outcome)
    })
  }

  test('sends its bytes one at a time but is otherwise honest: ok', async () => {
    await expectOutcome((socket) => {
      drip(socket, { key: KEY, onFrame: dht() })
    }, 'ok')
  })

  test('sends its own signed peer record, which counts, or that of another peer, which does not', async () => {
    const honest = await expectOutcome(playing({ onFrame: dht(identifyOf(KEY, signedRecord(KEY, KEY))) }), 'ok')
    assert.equal(honest.identity?.recordSequence, 42n)

    for (const record of [signedRecord(other, other), signedRecord(KEY, other), signedRecord(other, KEY), new Uint8Array(50).fill(1)]) {
      const { identity } = await expectOutcome(playing({ onFrame: dht(identifyOf(KEY, record)) }), 'ok')
      assert.equal(identity?.recordSequence, undefined)
    }
  })
})

test('a reset after any byte of an honest peer affects that visit only', async () => {
  const cutAt = async (cut: number): Promise<VisitResult> => {
    await using server = await ScriptedServer.open((socket) => {
      let left = cut
      const peer = new ScriptedPeer({ key: KEY, onFrame: dht() }, (bytes) => {
        socket.write(bytes.subarray(0, left))
        left -= Math.min(left, bytes.length)

        if (left === 0) {
          socket.resetAndDestroy()
        }
      })
      socket.on('data', (bytes) => {
        if (left > 0) {
          peer.feed(bytes)
        }
      })
    })
    const result = await visit(server)
    await until('the sockets are gone', () => server.openSockets === 0)

    return result
  }
  const results = await Promise.all(Array.from({ length: 45 }, async (_, i) => await cutAt(1 + 19 * i)))
  const stages = new Set(results.map(({ outcome }) => OUTCOMES[outcome].stage))

  assert.ok(results.every(({ outcome }) => ['reset', 'connected', 'identify-failed', 'identified', 'rpc-failed', 'ok', 'security-unsupported'].includes(outcome)))
  assert.ok(stages.size >= 3, 'the cuts reach from the greeting to the answers')
})
