import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { byteStream, streamPair } from '@libp2p/utils'
import { Proposal } from '../../../crawler/fast/multistream.ts'
import { QuicSession } from '../../../crawler/quic/quic-session.ts'
import { ProposedStream } from '../../../crawler/quic/quic-stream.ts'
import { IDENTIFY_PROTOCOL, MAX_IDENTIFY_BYTES } from '../../../crawler/wire/identify-message.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import type { Stream, StreamMuxer } from '@libp2p/interface'

const KAD = '/x/kad/1.0.0'
const { signal } = new AbortController()
const opening = (protocol: string): Uint8Array => new Proposal(protocol).opening
const NOTHING = new Uint8Array(0)

interface Rig { session: QuicSession, ends: string[], inbound: (stream: Stream) => void, remote: Promise<Stream> }

/** A session whose first stream leads to `remote`, and on which the remote opens streams by `inbound`. */
function rig (): Rig {
  const ends: string[] = []
  const remote = Promise.withResolvers<Stream>()
  const target = new EventTarget()
  const muxer = Object.assign(target, { createStream: async () => {
    const [ours, theirs] = await streamPair()
    remote.resolve(theirs)

    return ours
  } }) as unknown as StreamMuxer
  const maConn = { abort: () => ends.push('connection') }
  const slot = { [Symbol.dispose]: () => void ends.push('slot') }
  const session = new QuicSession({ clock: new FakeClock(), identifyReply: Buffer.from('who we are'), slot }, { maConn, muxer }, 9)

  return { session, ends, remote: remote.promise, inbound: detail => target.dispatchEvent(new CustomEvent('stream', { detail })) }
}

suite('QuicSession', () => {
  test('reads identify to its end', async () => {
    const { session, remote } = rig()
    const identity = session.identify(signal)
    const theirs = await remote
    theirs.send(Buffer.concat([opening(IDENTIFY_PROTOCOL), Buffer.from('ab')]))
    theirs.send(Buffer.from('cd'))
    await theirs.close()

    assert.equal(Buffer.from(await identity).toString(), 'abcd')
  })

  test('takes no identify without end, and none from one that resets the stream', async () => {
    const endless = rig()
    const reading = endless.session.identify(signal);
    (await endless.remote).send(opening(IDENTIFY_PROTOCOL));
    (await endless.remote).send(Buffer.alloc(MAX_IDENTIFY_BYTES + 1))
    await assert.rejects(reading, { message: /too great length/ })
    const { session, remote } = rig()
    const refused = session.identify(signal);
    (await remote).abort(new Error('4097'))

    await assert.rejects(refused, { message: /refuses identify/ })
  })

  test('says who we are to a remote that asks, twice at most, and nothing else', async () => {
    const { inbound } = rig()
    const answers: string[] = []

    for (const asked of [KAD, IDENTIFY_PROTOCOL, IDENTIFY_PROTOCOL]) {
      const [ours, theirs] = await streamPair()
      inbound(ours)
      const bytes = byteStream(theirs)

      try {
        theirs.send(opening(asked))
        answers.push(Buffer.from((await bytes.read())?.subarray() ?? NOTHING).toString())
      } catch {
        answers.push('reset')
      }
    }

    assert.deepEqual(answers, ['reset', 'who we are', 'reset'])
  })

  test('gives its slot back once, with the connection', () => {
    const { session, ends } = rig()
    session[Symbol.dispose]()
    session[Symbol.dispose]()

    assert.deepEqual(ends, ['connection', 'slot'])
    assert.equal(session.latencyMs, 9)
  })
})

suite('ProposedStream', () => {
  test('hands on what came with the consent, and sends what goes out with the proposal', async () => {
    const [ours, theirs] = await streamPair()
    const received = byteStream(theirs)
    const stream = new ProposedStream(ours, new Proposal(KAD), Buffer.from('first'))
    theirs.send(Buffer.concat([opening(KAD), Buffer.from('answer')]))

    assert.ok(await stream.isSelected(signal))
    assert.equal(Buffer.from((await stream.read(signal))!).toString(), 'answer')
    assert.equal(Buffer.from((await received.read())!.subarray()).toString('latin1'), Buffer.concat([opening(KAD), Buffer.from('first')]).toString('latin1'))
    theirs.abort(new Error('gone'))
    await assert.rejects(stream.read(signal), { code: 'PP_PEER_FAULT' })
  })

  test('is not selected where the remote says so, ends the stream, or resets it', async () => {
    const refusals: ((theirs: Stream) => void)[] = [
      theirs => void theirs.send(Buffer.concat([opening(KAD).subarray(0, 20), Buffer.from([3, 0x6e, 0x61, 0x0a])])),
      theirs => void theirs.close(),
      (theirs) => {
        theirs.abort(new Error('4097'))
      }
    ]

    for (const refuse of refusals) {
      const [ours, theirs] = await streamPair()
      const stream = new ProposedStream(ours, new Proposal(KAD), NOTHING)
      refuse(theirs)
      assert.equal(await stream.isSelected(signal), false)
    }
  })
})
