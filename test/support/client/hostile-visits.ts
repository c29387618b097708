import assert from 'node:assert/strict'
import { systemClock } from '../../../core/time/clock.ts'
import { openClientVisitor } from '../../../crawler/client/client-visitor.ts'
import { FLAG } from '../../../crawler/client/yamux/yamux-frame.ts'
import { encodeIdentify, IDENTIFY_PROTOCOL } from '../../../crawler/identify/identify-message.ts'
import { concatBytes } from '../../../crawler/wire/bytes.ts'
import { frame, FrameReader } from '../../../crawler/wire/frames.ts'
import { ProtobufWriter } from '../../../crawler/wire/protobuf.ts'
import { encodeVarint } from '../../../crawler/wire/varint.ts'
import { until } from '../until.ts'
import { serve } from './scripted-peer.ts'
import { ScriptedServer, playOn } from './scripted-server.ts'
import { createTestKey } from './test-keys.ts'
import type { Outcome } from '../../../core/contracts/outcome.ts'
import type { VisitResult } from '../../../crawler/visit/visitor.ts'
import type { PeerScript } from './scripted-peer.ts'
import type { TestKey } from './test-keys.ts'
import type { Socket } from 'node:net'

/** The DHT protocol of the tests' network. */
export const KAD = '/test/kad/1.0.0'
/** The key of the peer that is visited. */
export const KEY = createTestKey()

// A near peer is slow on a busy machine.
const LIMIT_MS = 7_500
const STEP_LIMIT_MS = 2_500
const signal = new AbortController().signal

const visitor = openClientVisitor({
  kadProtocols: [KAD],
  agentVersion: 'peerprobe/test',
  addresses: { policy: 'Any', deny: [], maxDialsPerIP: 64, maxDialsPerSubnet: 64 },
  dialTimeoutMs: STEP_LIMIT_MS,
  visitTimeoutMs: LIMIT_MS,
  identifyTimeoutMs: STEP_LIMIT_MS,
  requestTimeoutMs: STEP_LIMIT_MS
}, { clock: systemClock, dns: { addresses: async () => [], texts: async () => [] } })

/** An answer to FIND_NODE with one peer. */
export const REPLY = frame(new ProtobufWriter().number(1, 4).bytes(8, new ProtobufWriter().bytes(1, createTestKey().id).finish()).finish())

/** The identify message of a peer with `key`. */
export function identifyOf (key: TestKey, record?: Uint8Array): Uint8Array {
  const message = encodeIdentify({ publicKey: key.message, protocolVersion: 'x/1', agentVersion: 'agent/1', protocols: [KAD] })

  return frame(record === undefined ? message : concatBytes([message, new ProtobufWriter().bytes(8, record).finish()]))
}

/** A signed peer record (libp2p RFC 0002 and 0003) of `subject`, in an envelope of `signer`. */
export function signedRecord (subject: TestKey, signer: TestKey): Uint8Array {
  const parts = [Buffer.from('libp2p-peer-record'), Uint8Array.of(3, 1), new ProtobufWriter().bytes(1, subject.id).number(2, 42).finish()] as const
  const signature = signer.sign(concatBytes(parts.flatMap(part => [encodeVarint(part.length), part])))

  return new ProtobufWriter().bytes(1, signer.message).bytes(2, parts[1]).bytes(3, parts[2]).bytes(5, signature).finish()
}

/** An honest DHT server, except for the given messages. */
export const dht = (identify: Uint8Array = identifyOf(KEY), reply: Uint8Array = REPLY): NonNullable<PeerScript['onFrame']> => serve({
  [IDENTIFY_PROTOCOL] (_, say) {
    say(identify, FLAG.fin)
  },
  [KAD] (request, say) {
    const requests = new FrameReader(1_000)
    requests.push(request)

    while (requests.next() !== undefined) {
      say(reply)
    }
  }
})

/** One visit with short limits. */
export async function visit (server: ScriptedServer, id = KEY.id): Promise<VisitResult> {
  return await visitor.visit({ id, addresses: [Uint8Array.of(4, 127, 0, 0, 1, 6, server.port >> 8, server.port & 0xff)], plan: { strategy: 'Census', bucket: 1 } }, signal)
}

/** Checks that a visit to a misbehaving peer ends in time with `outcome` and leaves no socket, and that the next visit works. */
export async function expectOutcome (onSocket: (socket: Socket) => void, outcome: Outcome): Promise<VisitResult> {
  await using server = await ScriptedServer.open(onSocket)
  const result = await visit(server)
  assert.equal(result.outcome, outcome, result.detail)
  assert.ok(result.durationMs <= 2 * LIMIT_MS, String(result.durationMs))
  await until('the sockets are gone', () => server.openSockets === 0)
  await using healthy = await ScriptedServer.play({ key: KEY, onFrame: dht() })
  assert.equal((await visit(healthy)).outcome, 'ok')

  return result
}

/** Plays a script in which the peer has {@link KEY}. */
export const playing = (script: Partial<PeerScript>) => (socket: Socket): void => {
  playOn(socket, { key: KEY, ...script })
}
