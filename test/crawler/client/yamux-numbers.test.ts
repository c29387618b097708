// A remote may use its stream ids in any order, but the protocol forbids using an id twice.
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { SendBuffer } from '../../../crawler/client/stream/send-buffer.ts'
import { FLAG, TYPE } from '../../../crawler/client/yamux/yamux-frame.ts'
import { Yamux } from '../../../crawler/client/yamux/yamux.ts'
import { concatBytes } from '../../../crawler/wire/bytes.ts'
import { isFault } from '../../support/client/expect-fault.ts'
import { header } from '../../support/client/scripted-peer.ts'

interface Accepted { id: number, text: string, isEnded: boolean }

/** A session whose remote is the test, and the streams that the remote opened. */
function openSession (): { mux: Yamux, accepted: Accepted[] } {
  const accepted: Accepted[] = []
  const mux = new Yamux(new SendBuffer(1_000_000, () => undefined), {
    onStream ({ id }) {
      const stream = { id, text: '', isEnded: false }
      accepted.push(stream)

      return {
        onData (bytes) {
          stream.text += Buffer.from(bytes).toString()
        },
        onEnd () {
          stream.isEnded = true
        },
        onReset: () => undefined
      }
    },
    onGoAway: () => undefined
  })

  return { mux, accepted }
}

const open = (id: number): Uint8Array => header(TYPE.windowUpdate, FLAG.syn, id, 0)
const reset = (id: number): Uint8Array => header(TYPE.windowUpdate, FLAG.rst, id, 0)
const data = (id: number, text: string, flags = 0): Uint8Array => concatBytes([header(TYPE.data, flags, id, text.length), Buffer.from(text)])

suite('ids of yamux streams', () => {
  test('may be in any order, with any gaps', () => {
    const { mux, accepted } = openSession()
    const ids = [4, 2, 0xffff_fffe, 100, 8]
    mux.feed(concatBytes(ids.map((id, i) => i % 2 === 0 ? open(id) : data(id, 'first ', FLAG.syn))))
    mux.feed(concatBytes(ids.map(id => data(id, String(id), FLAG.fin))))

    assert.deepEqual(accepted, ids.map((id, i) => ({ id, text: i % 2 === 0 ? String(id) : `first ${String(id)}`, isEnded: true })))
  })

  for (const [what, frames] of [
    ['odd: those are ours', [open(5)]],
    ['that of an open stream', [open(2), open(2)]],
    ['that of an open stream, by data', [open(2), data(2, 'x', FLAG.syn)]],
    ['that of a stream that was reset', [open(2), reset(2), open(2)]],
    ['that of a stream that came before others', [6, 2, 100, 4, 2].map(open)]
  ] as const) {
    test(`must not be ${what}`, () => {
      const { mux } = openSession()

      assert.throws(() => {
        mux.feed(concatBytes(frames))
      }, isFault('protocol-error'))
    })
  }

  test('are kept up to a limit, at which the session ends', () => {
    const { mux, accepted } = openSession()

    assert.throws(() => {
      for (let id = 100_000; id > 0; id -= 2) {
        mux.feed(concatBytes([open(id), reset(id)]))
      }
    }, isFault('limit-exceeded'))
    assert.equal(accepted.length, 128)
  })
})
