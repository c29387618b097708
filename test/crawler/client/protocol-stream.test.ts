import assert from 'node:assert/strict'
import { getEventListeners } from 'node:events'
import { suite, test } from 'node:test'
import { ProtocolStream } from '../../../crawler/client/protocol-stream.ts'
import { encodeLine, HEADER, Proposal, REFUSAL } from '../../../crawler/client/stream/multistream.ts'
import { SendBuffer } from '../../../crawler/client/stream/send-buffer.ts'
import { FLAG, INITIAL_WINDOW, TYPE } from '../../../crawler/client/yamux/yamux-frame.ts'
import { Yamux } from '../../../crawler/client/yamux/yamux.ts'
import { peerFault } from '../../../crawler/peer/peer-fault.ts'
import { concatBytes } from '../../../crawler/wire/bytes.ts'
import { isFault } from '../../support/client/expect-fault.ts'
import { framesIn, header } from '../../support/client/scripted-peer.ts'
import type { ReceivedFrame } from '../../support/client/scripted-peer.ts'

const PROPOSAL = new Proposal('/x')
const signal = new AbortController().signal

/** A session whose remote is the test. */
class Remote {
  readonly #out = new SendBuffer(1_000_000, () => undefined)
  readonly #mux = new Yamux(this.#out, { onStream: () => assert.fail('the remote opens no stream'), onGoAway: () => undefined })
  readonly open = this.#mux.open.bind(this.#mux)

  /** Sends on the one stream. */
  say (bytes: Uint8Array, flags = 0): void {
    this.#mux.feed(concatBytes([header(TYPE.data, flags, 1, bytes.length), bytes]))
  }

  reset (): void {
    this.#mux.feed(header(TYPE.windowUpdate, FLAG.rst, 1, 0))
  }

  heard (): ReceivedFrame[] {
    return framesIn(this.#out.take())
  }
}

function openStream (): { stream: ProtocolStream, remote: Remote, answers: number[] } {
  const answers: number[] = []
  const stream = new ProtocolStream(PROPOSAL, () => answers.push(1))
  const remote = new Remote()
  stream.attach(remote)

  return { stream, remote, answers }
}

suite('ProtocolStream', () => {
  test('sends the proposal and the first bytes in one frame', () => {
    const stream = new ProtocolStream(PROPOSAL, () => undefined)
    const remote = new Remote()
    stream.send(Buffer.from('question'))
    stream.attach(remote)

    assert.deepEqual(remote.heard().map(({ flags, body }) => [flags, Buffer.from(body)]), [[FLAG.syn, Buffer.concat([PROPOSAL.opening, Buffer.from('question')])]])
  })

  test('reads buffered bytes at once, waits for more, and ends with the remote', async () => {
    const { stream, remote, answers } = openStream()
    remote.say(concatBytes([PROPOSAL.opening, Buffer.from('a')]))
    remote.say(Buffer.from('b'))
    assert.equal(await stream.isSelected(signal), true)
    assert.equal(Buffer.from(await stream.read(signal) ?? []).toString(), 'ab')

    const next = stream.read(signal)
    remote.say(Buffer.from('c'), FLAG.fin)
    assert.equal(Buffer.from(await next ?? []).toString(), 'c')
    assert.equal(await stream.read(signal), undefined)
    assert.equal(answers.length, 1)
  })

  test('is not selected if the remote answers na', async () => {
    const { stream, remote } = openStream()
    remote.say(concatBytes([HEADER, REFUSAL]))

    assert.equal(await stream.isSelected(signal), false)
  })

  test('updates the remote\'s window only for bytes that were read', async () => {
    const { stream, remote } = openStream()
    remote.say(PROPOSAL.opening)
    remote.heard()
    remote.say(new Uint8Array(INITIAL_WINDOW - PROPOSAL.opening.length))
    assert.deepEqual(remote.heard(), [])

    await stream.read(signal)
    assert.deepEqual(remote.heard().map(({ type, length }) => [type, length]), [[TYPE.windowUpdate, INITIAL_WINDOW]])
  })

  test('sends again what was sent when it is opened on another connection', () => {
    const { stream } = openStream()
    stream.send(Buffer.from('one'))
    stream.send(Buffer.from('two'))
    const second = new Remote()
    stream.attach(second)

    assert.equal(Buffer.concat(second.heard().map(({ body }) => body)).toString('latin1'), `${Buffer.from(PROPOSAL.opening).toString('latin1')}onetwo`)
  })

  test('fails if the remote resets it, or ends it before an answer', async () => {
    const reset = openStream()
    const reading = reset.stream.read(signal)
    reset.remote.reset()
    await assert.rejects(reading, isFault('reset'))

    const ended = openStream()
    ended.remote.say(HEADER, FLAG.fin)
    await assert.rejects(ended.stream.isSelected(signal), isFault('reset'))
  })

  test('fails alone if the remote breaks multistream on it', async () => {
    const { stream, remote } = openStream()
    remote.say(concatBytes([HEADER, encodeLine('/another')]))

    await assert.rejects(stream.isSelected(signal), isFault('protocol-error'))
    assert.equal(remote.heard().at(-1)?.flags, FLAG.rst)
  })

  test('returns the bytes that arrived before the fault of its connection', async () => {
    const { stream, remote } = openStream()
    remote.say(concatBytes([PROPOSAL.opening, Buffer.from('a')]))
    stream.fail(peerFault('limit-exceeded', 'gone'))

    assert.equal(Buffer.from(await stream.read(signal) ?? []).toString(), 'a')
    await assert.rejects(stream.read(signal), isFault('limit-exceeded'))
  })

  test('stops waiting with the reason of the signal, and leaves no listener', async () => {
    const { stream, remote } = openStream()
    const controller = new AbortController()
    const reading = stream.read(controller.signal)
    controller.abort(new RangeError('enough'))
    await assert.rejects(reading, RangeError)

    const other = new AbortController()
    const again = stream.isSelected(other.signal)
    remote.say(PROPOSAL.opening)
    await again
    assert.deepEqual([...getEventListeners(controller.signal, 'abort'), ...getEventListeners(other.signal, 'abort')], [])
  })
})
