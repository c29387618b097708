import assert from 'node:assert/strict'
import { getEventListeners } from 'node:events'
import { suite, test } from 'node:test'
import { Proposal } from '../../../crawler/client/stream/multistream.ts'
import { IDENTIFY_PROTOCOL } from '../../../crawler/identify/identify-message.ts'
import { closeStream } from '../../../crawler/quic/native-quic.ts'
import { QuicSession } from '../../../crawler/quic/quic-session.ts'
import { ProposedStream } from '../../../crawler/quic/quic-stream.ts'
import { identifyBytesOf } from '../../support/client/identify-bytes-of.ts'
import { nativeStreamPair } from '../../support/client/native-streams.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { identifyBytes } from '../../support/network/scripted-session.ts'
import type { NativeStream } from '../../../crawler/quic/native-quic.ts'

const KAD = '/x/kad/1.0.0'
const READ = 65_536
const { signal } = new AbortController()
const opening = (protocol: string): Uint8Array => new Proposal(protocol).opening
const NOTHING = new Uint8Array(0)

interface Rig { session: QuicSession, ends: string[], inbound: (stream: NativeStream) => void, remote: Promise<NativeStream> }

/** A session whose first stream is connected to `remote`, and on which the remote opens streams by `inbound`. */
function rig (): Rig {
  const ends: string[] = []
  const remote = Promise.withResolvers<NativeStream>()
  const opened: NativeStream[] = []
  let next = Promise.withResolvers<NativeStream>()
  const connection = {
    outboundStream: async () => {
      const [ours, theirs] = nativeStreamPair()
      remote.resolve(theirs)

      return await Promise.resolve(ours)
    },
    inboundStream: async () => opened.shift() ?? await next.promise,
    abort: () => {
      ends.push('connection')
      next.promise.catch(() => undefined) // there may be no waiter
      next.reject(new Error('the connection is closed'))
    }
  }
  const slot = { [Symbol.dispose]: () => void ends.push('slot') }
  const session = new QuicSession({ clock: new FakeClock(), identifyReply: Buffer.from('who we are'), slot }, connection, { ms: 9, errorMs: 1 })

  return { session, ends, remote: remote.promise, inbound: (stream) => {
    next.resolve(stream)
    next = Promise.withResolvers<NativeStream>()
  } }
}

/** The bytes that a remote receives after it opened a stream and proposed a protocol. */
async function heard (inbound: Rig['inbound'], protocol: string): Promise<string> {
  const [ours, theirs] = nativeStreamPair()
  await theirs.write(opening(protocol))
  inbound(ours)

  try {
    const answer = Buffer.from((await theirs.read(READ))!).toString()

    return await theirs.read(READ) === null ? answer : 'more'
  } catch {
    return 'reset'
  }
}

suite('QuicSession', () => {
  test('reads identify to its end', async () => {
    const { session, remote } = rig()
    const identity = identifyBytesOf(session, signal)
    const theirs = await remote
    await theirs.write(Buffer.concat([opening(IDENTIFY_PROTOCOL), Buffer.from('ab')]))
    await theirs.write(Buffer.from('cd'))
    await theirs.finishWrite()

    assert.equal(Buffer.from(await identity).toString(), 'abcd')
  })

  test('uses the identify of a remote that never ends the stream, or resets it', async () => {
    const message = identifyBytes('agent/1', [])
    for (const end of [() => undefined, closeStream]) {
      const { session, remote } = rig()
      const identity = identifyBytesOf(session, signal)
      const theirs = await remote
      await theirs.write(Buffer.concat([opening(IDENTIFY_PROTOCOL), message]))
      await new Promise(setImmediate)
      end(theirs)

      assert.deepEqual(Buffer.from(await identity), Buffer.from(message))
    }
  })

  test('closes a disposed stream in both directions', async () => {
    const { session, remote } = rig()
    const opened = session.openIdentify(signal)
    const theirs = await remote
    await theirs.write(opening(IDENTIFY_PROTOCOL));
    (await opened)[Symbol.dispose]()

    await assert.rejects(async () => {
      while (await theirs.read(READ) !== null) {
        // the bytes that arrived before
      }
    })
  })

  test('fails identify if the remote resets the stream', async () => {
    const { session, remote } = rig()
    const refused = identifyBytesOf(session, signal)
    closeStream(await remote)

    await assert.rejects(refused, { message: /refuses identify/ })
  })

  test('answers identify once, and refuses other protocols', async () => {
    const { session, inbound } = rig()

    assert.deepEqual([await heard(inbound, KAD), await heard(inbound, IDENTIFY_PROTOCOL)], ['reset', 'who we are'])
    assert.equal(await Promise.race([heard(inbound, IDENTIFY_PROTOCOL), new Promise(resolve => setImmediate(resolve, 'nothing'))]), 'nothing')
    session[Symbol.dispose]()
  })

  test('accepts at most two streams of a remote', async () => {
    const { session, inbound } = rig()

    assert.deepEqual([await heard(inbound, KAD), await heard(inbound, KAD)], ['reset', 'reset'])
    assert.equal(await Promise.race([heard(inbound, IDENTIFY_PROTOCOL), new Promise(resolve => setImmediate(resolve, 'nothing'))]), 'nothing')
    session[Symbol.dispose]()
  })

  test('releases its slot once, with the connection', () => {
    const { session, ends } = rig()
    session[Symbol.dispose]()
    session[Symbol.dispose]()

    assert.deepEqual(ends, ['connection', 'slot'])
    assert.deepEqual(session.latency, { ms: 9, errorMs: 1 })
  })
})

suite('ProposedStream', () => {
  test('returns bytes that arrived with the agreement, and sends in order', async () => {
    const [ours, theirs] = nativeStreamPair()
    const stream = new ProposedStream(ours, new Proposal(KAD), Buffer.from('first'))
    stream.send(Buffer.from('second'))
    stream.send(Buffer.from('third'))
    await theirs.write(Buffer.concat([opening(KAD), Buffer.from('answer')]))

    assert.ok(await stream.isSelected(signal))
    assert.equal(Buffer.from((await stream.read(signal))!).toString(), 'answer')
    const sent = [await theirs.read(READ), await theirs.read(READ), await theirs.read(READ)].map(bytes => Buffer.from(bytes!).toString('latin1'))
    assert.deepEqual(sent, [Buffer.concat([opening(KAD), Buffer.from('first')]).toString('latin1'), 'second', 'third'])
    closeStream(theirs)
    await assert.rejects(stream.read(signal), { code: 'PP_PEER_FAULT' })
  })

  test('ends with the stream, and loses nothing of an aborted read', async () => {
    const [ours, theirs] = nativeStreamPair()
    const stream = new ProposedStream(ours, new Proposal(KAD), NOTHING)
    await theirs.write(opening(KAD))
    await stream.isSelected(signal)
    const controller = new AbortController()
    const givenUp = stream.read(controller.signal)
    controller.abort(new RangeError('enough'))
    await assert.rejects(givenUp, RangeError)
    await theirs.write(Buffer.from('late'))
    await theirs.finishWrite()

    assert.equal(Buffer.from((await stream.read(signal))!).toString(), 'late')
    assert.equal(await stream.read(signal), undefined)
    assert.deepEqual(getEventListeners(controller.signal, 'abort'), [])
  })

  test('is not selected if the remote refuses, ends the stream or resets it', async () => {
    const refusals: ((theirs: NativeStream) => Promise<void>)[] = [
      async (theirs) => { await theirs.write(Buffer.concat([opening(KAD).subarray(0, 20), Buffer.from([3, 0x6e, 0x61, 0x0a])])) },
      async (theirs) => { await theirs.finishWrite() },
      async (theirs) => {
        closeStream(theirs)
        await Promise.resolve()
      }
    ]

    for (const refuse of refusals) {
      const [ours, theirs] = nativeStreamPair()
      const stream = new ProposedStream(ours, new Proposal(KAD), NOTHING)
      await refuse(theirs)
      assert.equal(await stream.isSelected(signal), false)
    }
  })
})
