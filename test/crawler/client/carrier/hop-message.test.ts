import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { decodeHopAnswer, encodeHopConnect } from '../../../../crawler/client/carrier/hop-message.ts'

const hex = (text: string): Uint8Array => Buffer.from(text, 'hex')

suite('messages to a relay', () => {
  test('encode a request to connect to a peer', () => {
    assert.equal(Buffer.from(encodeHopConnect(hex('0102'))).toString('hex'), '080112040a020102')
  })

  test('decode its answer, and whether it limits the connection', () => {
    assert.deepEqual(decodeHopAnswer(hex('08022864')), { status: 100, isLimited: false })
    assert.deepEqual(decodeHopAnswer(hex('0802220408781020' + '2864')), { status: 100, isLimited: true })
    assert.deepEqual(decodeHopAnswer(hex('08022200' + '28cc01')), { status: 204, isLimited: false })
  })

  for (const [what, text] of [['nothing', ''], ['another type', '08012864'], ['no status', '0802'], ['a status that is no number', '08022a0164'], ['a broken end', '080228']] as const) {
    test(`are rejected with ${what}`, () => {
      assert.equal(decodeHopAnswer(hex(text)), undefined)
    })
  }
})
