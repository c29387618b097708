// Behaviour of real go-libp2p and rust-libp2p hosts, as observed in public networks. An early version of our client
// lost peers because of each of these.
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { defined } from '../../../core/defined.ts'
import { FLAG, TYPE } from '../../../crawler/client/yamux/yamux-frame.ts'
import { IDENTIFY_PROTOCOL } from '../../../crawler/identify/identify-message.ts'
import { concatBytes } from '../../../crawler/wire/bytes.ts'
import { frame } from '../../../crawler/wire/frames.ts'
import { ProtobufWriter } from '../../../crawler/wire/protobuf.ts'
import { piecesOf } from '../../support/client/expect-fault.ts'
import { dht, identifyOf, KAD, KEY, REPLY, signedRecord, visit } from '../../support/client/hostile-visits.ts'
import { playRustOn, RustPeer } from '../../support/client/rust-peer.ts'
import { serve } from '../../support/client/scripted-peer.ts'
import { ScriptedServer } from '../../support/client/scripted-server.ts'
import { createTestKey } from '../../support/client/test-keys.ts'
import type { ReceivedFrame } from '../../support/client/scripted-peer.ts'

/** A reply of at least `size` bytes: one peer with many addresses. */
function longReply (size: number): Uint8Array {
  const peer = new ProtobufWriter().bytes(1, createTestKey().id)

  for (let length = 0; length < size; length += 1_000) {
    peer.bytes(2, Uint8Array.from([4, 192, 0, 2, 1, 6, 15, 161, ...new Uint8Array(992)]))
  }

  return frame(new ProtobufWriter().number(1, 4).bytes(8, peer.finish()).finish())
}

suite('the client for TCP, WebSocket and relays', () => {
  test('updates the window of a stream that receives more than 256 KiB', async () => {
    const peers: RustPeer[] = []
    await using server = await ScriptedServer.open((socket) => {
      peers.push(playRustOn(socket, { key: KEY, onFrame: dht(undefined, longReply(200_000)) }))
    })
    const { outcome, routingTable } = await visit(server)

    assert.equal(outcome, 'ok')
    assert.deepEqual([routingTable?.queries, routingTable?.failed], [2, 0])
    assert.equal(peers[0]?.waiting, 0)
  })

  test('reads an answer of 16,556 bytes, more than rust-libp2p accepts', async () => {
    const peer = new ProtobufWriter().bytes(1, createTestKey().id).bytes(2, new Uint8Array(16_506)).finish()
    const reply = frame(new ProtobufWriter().number(1, 4).bytes(8, peer).finish())
    assert.equal(reply.length - 3, 16_556)
    await using server = await ScriptedServer.play({ key: KEY, onFrame: dht(undefined, reply) })

    assert.equal((await visit(server)).routingTable?.failed, 0)
  })

  test('merges an identify whose signed record comes as a second message, as go-libp2p sends it', async () => {
    const record = frame(new ProtobufWriter().bytes(8, signedRecord(KEY, KEY)).finish())
    const onFrame = serve({
      [IDENTIFY_PROTOCOL] (_, say) {
        say(identifyOf(KEY))
        say(record, FLAG.fin)
      },
      [KAD] (_, say) {
        say(concatBytes([REPLY, REPLY]))
      }
    })
    await using server = await ScriptedServer.play({ key: KEY, onFrame })
    const { identity } = await visit(server)

    assert.deepEqual([identity?.agentVersion, identity?.protocols, identity?.recordSequence], ['agent/1', [KAD], 42n])
  })

  test('visits a host that agrees on yamux inside Noise and waits for an answer to its ping, in one connection', async () => {
    const answer = dht()
    await using server = await ScriptedServer.open((socket) => {
      const held: ReceivedFrame[] = []
      let isAnswered = false
      playRustOn(socket, { key: KEY, onFrame (received, peer) {
        held.push(received)
        isAnswered ||= received.type === TYPE.ping && received.flags === FLAG.ack

        if (isAnswered) {
          held.splice(0).forEach((one) => {
            answer(one, peer)
          })
        }
      } })
    })
    const { outcome, routingTable } = await visit(server)

    assert.deepEqual([outcome, routingTable?.failed, server.sockets.length], ['ok', 0, 1])
  })

  test('reads data in TCP segments of 1 to 5 bytes', async () => {
    await using server = await ScriptedServer.open((socket) => {
      let cuts = 0
      const peer = new RustPeer({ key: KEY, onFrame: dht() }, (bytes) => {
        piecesOf(bytes, 1 + cuts++ % 5).forEach(piece => socket.write(piece))
      })
      socket.on('data', (bytes) => {
        piecesOf(bytes, 3).forEach((piece) => {
          peer.feed(piece)
        })
      })
    })

    assert.equal((await visit(server)).outcome, 'ok')
  })

  test('redials a host that closes connections right after Noise, as hosts without an idle timeout do', async () => {
    await using server = await ScriptedServer.open((socket, count) => {
      playRustOn(socket, { key: KEY, onFrame: dht(), ...defined({ onSecured: count <= 2 ? () => socket.end() : undefined }) })
    })

    assert.equal((await visit(server)).outcome, 'ok')
    assert.equal(server.sockets.length, 3)
  })

  test('rejects a host whose key does not match the hash in the dialled id', async () => {
    for (const kind of ['RSA', 'ECDSA of Go and Rust'] as const) {
      await using server = await ScriptedServer.play({ key: createTestKey(kind), onFrame: dht() })
      const { outcome, identity } = await visit(server, createTestKey(kind).id)

      assert.deepEqual([outcome, identity], ['peer-id-mismatch', undefined])
    }
  })
})
