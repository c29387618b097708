import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { MAX_IDENTIFY_BYTES, MAX_IDENTIFY_MESSAGES } from '../../../crawler/identify/identify-message.ts'
import { readIdentify } from '../../../crawler/identify/read-identify.ts'
import { peerFault } from '../../../crawler/peer/peer-fault.ts'
import { concatBytes } from '../../../crawler/wire/bytes.ts'
import { frame } from '../../../crawler/wire/frames.ts'
import { isFault } from '../../support/client/expect-fault.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import type { ReadStream } from '../../../crawler/dial/session.ts'

const ONE = frame(Buffer.from('one'))
const TWO = frame(Buffer.from('two'))
const LIMIT_MS = 5_000

type Chunk = Uint8Array | 'end' | 'hang' | 'reset'

/** A stream of a remote that does these steps, one per read. */
function of (...script: Chunk[]): ReadStream {
  return {
    read: async () => {
      const chunk = script.shift() ?? 'end'

      if (chunk === 'hang') {
        return await Promise.withResolvers<never>().promise
      }
      if (chunk === 'reset') {
        throw peerFault('reset', 'as scripted')
      }

      return chunk === 'end' ? undefined : chunk
    },
    [Symbol.dispose]: () => undefined
  }
}

/** The bytes that are read, and the time that it took. */
async function read (...script: Chunk[]): Promise<{ text: string, tookMs: number }> {
  const clock = new FakeClock()
  const limit = new AbortController()
  using timers = new DisposableStack()
  timers.use(clock.after(LIMIT_MS, () => {
    limit.abort(peerFault('timeout', 'no answer in time'))
  }))
  const bytes = await clock.runUntil(readIdentify(of(...script), clock, limit.signal))

  return { text: Buffer.from(bytes).toString('latin1'), tookMs: clock.monotonic() }
}

const text = (...messages: Uint8Array[]): string => Buffer.from(concatBytes(messages)).toString('latin1')

suite('readIdentify', () => {
  test('joins all bytes until the remote ends the stream', async () => {
    assert.deepEqual(await read(ONE.subarray(0, 2), ONE.subarray(2), TWO, 'end'), { text: text(ONE, TWO), tookMs: 0 })
    assert.equal((await read('end')).text, '')
  })

  test('uses complete messages when the remote resets the stream', async () => {
    assert.equal((await read(ONE, 'reset')).text, text(ONE))
    assert.equal((await read(concatBytes([ONE, TWO.subarray(0, 2)]), 'reset')).text, text(ONE, TWO.subarray(0, 2)))
    await assert.rejects(read(ONE.subarray(0, 3), 'reset'), isFault('reset'))
    await assert.rejects(read('reset'), isFault('reset'))
  })

  test('waits a second for another message if the remote never ends the stream, and the full time for the rest of a message', async () => {
    assert.deepEqual(await read(ONE, 'hang'), { text: text(ONE), tookMs: 1_000 })
    assert.deepEqual(await read(concatBytes([ONE, TWO.subarray(0, 2)]), 'hang'), { text: text(ONE, TWO.subarray(0, 2)), tookMs: LIMIT_MS })
    await assert.rejects(read(ONE.subarray(0, 3), 'hang'), isFault('timeout'))
  })

  test('uses complete messages when it is aborted', async () => {
    const clock = new FakeClock()
    const stop = new AbortController()
    const reading = readIdentify(of(ONE, 'hang'), clock, stop.signal)
    await clock.settle()
    stop.abort(peerFault('aborted', 'the crawl stopped'))

    assert.equal(Buffer.from(await reading).toString('latin1'), text(ONE))
    assert.equal(clock.pending, 0)
  })

  test('reads no more messages than the limit', async () => {
    const many = Array.from({ length: MAX_IDENTIFY_MESSAGES }, () => ONE)

    assert.deepEqual(await read(...many, 'hang'), { text: text(...many), tookMs: 0 })
  })

  test('reads no more bytes than the limit, and nothing after a malformed message', async () => {
    const long = frame(new Uint8Array(MAX_IDENTIFY_BYTES - 3))
    assert.equal((await read(long, 'end')).text.length, MAX_IDENTIFY_BYTES)
    assert.equal((await read(long, Uint8Array.of(1), 'hang')).text.length, MAX_IDENTIFY_BYTES + 1)
    assert.equal((await read(frame(new Uint8Array(MAX_IDENTIFY_BYTES + 1)), 'hang')).tookMs, 0)
    assert.deepEqual(await read(concatBytes([ONE, Buffer.alloc(12, 0xff)]), 'hang'), { text: text(ONE, Buffer.alloc(12, 0xff)), tookMs: 0 })
  })
})
