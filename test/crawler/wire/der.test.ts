import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { DER, DerReader, encodeDer, encodeOid } from '../../../crawler/wire/der.ts'

suite('DER', () => {
  for (const length of [0, 1, 127, 128, 255, 256, 65_535]) {
    test(`reads back an element of ${String(length)} bytes`, () => {
      const reader = new DerReader(encodeDer(DER.octetString, Buffer.alloc(length, 7)))
      const { content, whole } = reader.read(DER.octetString)

      assert.equal(content.length, length)
      assert.ok(whole.length > length && reader.isAtEnd)
      reader.end()
    })
  }

  test('encodes object identifiers by X.690', () => {
    assert.equal(Buffer.from(encodeOid('1.3.6.1.4.1.53594.1.1')).toString('hex'), '060a2b0601040183a25a0101')
  })

  const broken = {
    'nothing at all': '',
    'another tag': '0201ff',
    'no length': '04',
    'a length beyond its parent': '0402ff',
    'an indefinite length': '048000',
    'a long form of a short length': '04810100',
    'a length with a zero in front': `04820080${'00'.repeat(128)}`,
    'a length of four bytes': '0484000000ff',
    'a length that ends early': '0482ff'
  }

  for (const [what, hex] of Object.entries(broken)) {
    test(`is rejected with ${what}`, () => {
      assert.throws(() => new DerReader(Buffer.from(hex, 'hex')).read(DER.octetString), RangeError)
    })
  }

  test('must have nothing after its last element', () => {
    const reader = new DerReader(Buffer.from('0400ff', 'hex'))
    reader.read(DER.octetString)

    assert.throws(() => {
      reader.end()
    }, RangeError)
    assert.equal(reader.readIf(DER.boolean), undefined)
  })

  test('is not encoded above 64 kB', () => {
    assert.throws(() => encodeDer(DER.octetString, Buffer.alloc(65_536)), RangeError)
  })
})
