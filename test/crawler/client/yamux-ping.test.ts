import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SendBuffer } from '../../../crawler/client/stream/send-buffer.ts'
import { FLAG, TYPE } from '../../../crawler/client/yamux/yamux-frame.ts'
import { Yamux } from '../../../crawler/client/yamux/yamux.ts'
import { concatBytes } from '../../../crawler/wire/bytes.ts'
import { framesIn, header } from '../../support/client/scripted-peer.ts'

test('a yamux session reports the answer to its last ping only', () => {
  const out = new SendBuffer(1_000, () => undefined)
  const mux = new Yamux(out, { onStream: () => assert.fail('the remote opens no stream'), onGoAway: () => undefined })
  const heard: string[] = []
  mux.ping(5, () => heard.push('first'))
  mux.ping(6, () => heard.push('second'))
  assert.deepEqual(framesIn(out.take()).map(({ type, flags, length }) => [type, flags, length]), [[TYPE.ping, FLAG.syn, 5], [TYPE.ping, FLAG.syn, 6]])
  mux.feed(concatBytes([header(TYPE.ping, FLAG.ack, 0, 5), header(TYPE.ping, FLAG.ack, 0, 7)]))
  assert.deepEqual(heard, [])
  mux.feed(header(TYPE.ping, FLAG.ack, 0, 6))

  assert.deepEqual(heard, ['second'])
})
