import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { Acceptance, encodeLine, HEADER, Proposal, REFUSAL, Selection } from '../../../../crawler/client/stream/multistream.ts'
import { concatBytes } from '../../../../crawler/wire/bytes.ts'
import { isFault, mayFault, piecesOf } from '../../../support/client/expect-fault.ts'

const PROPOSAL = new Proposal('/noise')
const AGREED = concatBytes([PROPOSAL.opening, Buffer.from('more')])

suite('Proposal', () => {
  test('starts with the header and the protocol, each a line with its length', () => {
    assert.equal(Buffer.from(PROPOSAL.opening).toString('latin1'), '\x13/multistream/1.0.0\n\x07/noise\n')
  })
})

suite('Selection', () => {
  for (const size of [1, 2, 3, 20, 21, 28, 100]) {
    test(`is selected when the remote repeats the proposal, in pieces of ${String(size)}`, () => {
      const selection = new Selection(PROPOSAL)
      const rest = concatBytes(piecesOf(AGREED, size).map(piece => selection.state === 'selected' ? piece : selection.feed(piece)))

      assert.equal(selection.state, 'selected')
      assert.equal(Buffer.from(rest).toString(), 'more')
    })

    test(`is refused by na, in pieces of ${String(size)}`, () => {
      const selection = new Selection(PROPOSAL)
      piecesOf(concatBytes([HEADER, REFUSAL]), size).forEach(piece => selection.feed(piece))

      assert.equal(selection.state, 'refused')
      assert.equal(selection.hasHeader, true)
    })
  }

  test('waits after the header alone', () => {
    const selection = new Selection(PROPOSAL)
    selection.feed(HEADER)

    assert.equal(selection.state, 'pending')
    assert.equal(selection.hasHeader, true)
  })

  test('rejects any other answer', () => {
    const answers = ['HTTP/1.1 400 Bad Request\r\n\r\n', '\x13/multistream/2.0.0\n', `${Buffer.from(HEADER).toString('latin1')}\x05/tls\n`, '\x13/multistream/1.0.0 ']

    for (const answer of answers) {
      assert.throws(() => new Selection(PROPOSAL).feed(Buffer.from(answer, 'latin1')), isFault('protocol-error'), answer)
    }
  })

  test('rejects a line above the limit before it has arrived', () => {
    for (const prefix of [[0x81, 0x08], [0xff, 0xff, 0xff, 0xff, 0x0f], Array<number>(10).fill(0xff)]) {
      assert.throws(() => new Selection(PROPOSAL).feed(Uint8Array.from(prefix)), isFault('protocol-error'))
    }
  })

  test('throws only peer faults for arbitrary bytes in any pieces', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), fc.integer({ min: 1, max: 50 }), (bytes, size) => {
      const selection = new Selection(PROPOSAL)
      mayFault(() => {
        piecesOf(bytes, size).forEach(piece => selection.feed(piece))
      })
    }))
  })
})

suite('Acceptance', () => {
  const proposals = concatBytes([HEADER, encodeLine('/a'), encodeLine('/b'), Buffer.from('more')])

  for (const size of [1, 7, 1_000]) {
    test(`refuses until a protocol is supported, then passes on the rest, in pieces of ${String(size)}`, () => {
      const acceptance = new Acceptance(new Set(['/b']))
      const replies: Uint8Array[] = []
      const rests: Uint8Array[] = []

      for (const piece of piecesOf(proposals, size)) {
        const { reply, rest } = acceptance.protocol === undefined ? acceptance.feed(piece) : { reply: new Uint8Array(0), rest: piece }
        replies.push(Uint8Array.from(reply))
        rests.push(Uint8Array.from(rest))
      }

      assert.equal(acceptance.protocol, '/b')
      assert.deepEqual(concatBytes(replies), concatBytes([HEADER, REFUSAL, encodeLine('/b')]))
      assert.equal(Buffer.from(concatBytes(rests)).toString(), 'more')
    })
  }

  test('rejects too many proposals', () => {
    const acceptance = new Acceptance(new Set(['/b']))

    assert.throws(() => acceptance.feed(concatBytes([HEADER, ...Array<Uint8Array>(9).fill(encodeLine('/a'))])), isFault('protocol-error'))
  })

  test('throws only peer faults for arbitrary bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      mayFault(() => new Acceptance(new Set(['/b'])).feed(bytes))
    }))
  })
})
