import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { SendBuffer } from '../../../../crawler/client/stream/send-buffer.ts'
import { FLAG, INITIAL_WINDOW, TYPE } from '../../../../crawler/client/yamux/yamux-frame.ts'
import { YamuxStream } from '../../../../crawler/client/yamux/yamux-stream.ts'
import { isFault } from '../../../support/client/expect-fault.ts'
import { framesIn } from '../../../support/client/scripted-peer.ts'
import type { ReceivedFrame } from '../../../support/client/scripted-peer.ts'

/** A stream that we opened, the frames that it sends, and whether it is closed. */
function openStream (): { stream: YamuxStream, sent: () => ReceivedFrame[], closed: number[] } {
  const out = new SendBuffer(1_000_000, () => undefined)
  const closed: number[] = []

  return { stream: new YamuxStream({ out, onClosed: id => closed.push(id) }, 1, FLAG.syn), sent: () => framesIn(out.take()), closed }
}

const bodyLength = (frames: ReceivedFrame[]): number => frames.reduce((sum, { body }) => sum + body.length, 0)

suite('YamuxStream', () => {
  test('sends SYN with its first frame only', () => {
    const { stream, sent } = openStream()
    stream.send(Uint8Array.of(1))
    stream.send(Uint8Array.of(2))

    assert.deepEqual(sent().map(({ flags, stream: id }) => [flags, id]), [[FLAG.syn, 1], [0, 1]])
  })

  test('sends no more than the remote\'s window, and the rest in order after updates', () => {
    const { stream, sent } = openStream()
    const bytes = new Uint8Array(INITIAL_WINDOW + 10_000).map((_, i) => i % 251)
    stream.send(bytes)
    stream.send(Uint8Array.of(7))
    const first = sent()
    assert.equal(bodyLength(first), INITIAL_WINDOW)

    stream.widen(4_000)
    const second = sent()
    assert.equal(bodyLength(second), 4_000)
    stream.widen(100_000)
    const third = sent()
    assert.deepEqual(Buffer.concat([...first, ...second, ...third].map(({ body }) => body)), Buffer.concat([bytes, Uint8Array.of(7)]))
  })

  test('fails if the remote never updates its window', () => {
    const { stream } = openStream()
    stream.send(new Uint8Array(INITIAL_WINDOW))
    stream.send(new Uint8Array(65_536))

    assert.throws(() => {
      stream.send(new Uint8Array(1))
    }, isFault('limit-exceeded'))
  })

  test('ends after the queued bytes, not before', () => {
    const { stream, sent } = openStream()
    stream.send(new Uint8Array(INITIAL_WINDOW + 1))
    stream.end()
    assert.equal(sent().some(({ flags }) => (flags & FLAG.fin) !== 0), false)

    stream.widen(1)
    assert.deepEqual(sent().map(({ type, flags }) => [type, flags]), [[TYPE.data, 0], [TYPE.windowUpdate, FLAG.fin]])
    stream.end()
    assert.deepEqual(sent(), [])
  })

  test('updates the window by halves, as bytes are consumed', () => {
    const { stream, sent } = openStream()
    stream.reserve(INITIAL_WINDOW)
    stream.release(INITIAL_WINDOW / 2 - 1)
    assert.deepEqual(sent(), [])

    stream.release(1)
    assert.deepEqual(sent().map(({ type, length }) => [type, length]), [[TYPE.windowUpdate, INITIAL_WINDOW / 2]])
    stream.reserve(INITIAL_WINDOW / 2)
    assert.throws(() => {
      stream.reserve(1)
    }, isFault('protocol-error'))
  })

  test('rejects a window above 32 bits', () => {
    const { stream } = openStream()

    assert.throws(() => {
      stream.widen(0xffff_ffff)
    }, isFault('protocol-error'))
  })

  test('is closed when both ends ended it, or either reset it', () => {
    const ended = openStream()
    ended.stream.end()
    assert.deepEqual(ended.closed, [])
    ended.stream.endRemote(false)
    assert.deepEqual(ended.closed, [1])

    const answered = openStream()
    answered.stream.endRemote(false)
    answered.stream.end()
    assert.deepEqual(answered.closed, [1])

    const reset = openStream()
    reset.stream.reset()
    reset.stream.reset()
    reset.stream.send(Uint8Array.of(1))
    assert.deepEqual(reset.closed, [1])
    assert.deepEqual(reset.sent().map(({ flags }) => flags), [FLAG.syn | FLAG.rst])
  })
})
