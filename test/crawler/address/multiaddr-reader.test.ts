import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { multiaddr } from '@multiformats/multiaddr'
import fc from 'fast-check'
import { CODE, MultiaddrReader } from '../../../crawler/address/multiaddr-reader.ts'

function codesOf (bytes: Uint8Array): { codes: number[], malformed: boolean, unknown: boolean } {
  const reader = new MultiaddrReader(bytes)
  const codes: number[] = []

  for (let code = reader.next(); code !== 0; code = reader.next()) {
    codes.push(code)
  }

  return { codes, malformed: reader.malformed, unknown: reader.unknown }
}

suite('MultiaddrReader', () => {
  test('components come in order, each with its value', () => {
    const reader = new MultiaddrReader(multiaddr('/dns4/example.org/tcp/443/tls/ws').bytes)

    assert.equal(reader.next(), CODE.dns4)
    assert.equal(Buffer.from(reader.view()).toString(), 'example.org')
    assert.equal(reader.next(), CODE.tcp)
    assert.deepEqual([...reader.view()], [1, 187])
    assert.equal(reader.next(), CODE.tls)
    assert.equal(reader.next(), CODE.ws)
    assert.equal(reader.next(), 0)
    assert.deepEqual([reader.malformed, reader.unknown], [false, false])
  })

  test('a number that is not in its shortest form is malformed: an address has only one encoding', () => {
    for (const bytes of [[0x86, 0, 15, 161], [0xb6, 0, 1, 0x61], [53, 0x81, 0, 0x61]]) {
      const { codes, malformed } = codesOf(Uint8Array.from(bytes))

      assert.deepEqual([codes, malformed], [[], true])
    }
  })

  test('each proper prefix of an address is malformed, or the address of its complete components', () => {
    const bytes = multiaddr('/ip4/1.2.3.4/udp/4001/quic-v1').bytes

    for (let end = 1; end < bytes.length; end++) {
      const whole = end === 5 || end === 9

      assert.equal(codesOf(bytes.subarray(0, end)).malformed, !whole, `cut at ${String(end)}`)
    }
  })

  test('an unknown protocol ends the reading without an error', () => {
    assert.deepEqual(codesOf(multiaddr('/ip4/1.2.3.4/tcp/80/http').bytes), { codes: [CODE.ip4, CODE.tcp], malformed: false, unknown: true })
  })

  test('reading arbitrary bytes ends and never throws', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
      assert.ok(codesOf(bytes).codes.length <= bytes.length)
    }), { numRuns: 2_000 })
  })
})
