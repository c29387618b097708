import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { parseDnsName } from '../../../core/text/dns-name.ts'

const LONGEST = `${'a'.repeat(63)}.${'b'.repeat(63)}.${'c'.repeat(63)}.${'d'.repeat(61)}`

suite('parseDnsName', () => {
  for (const [text, name] of [
    ['peer.example', 'peer.example'],
    ['peer.example.', 'peer.example'],
    ['Peer.EXAMPLE', 'peer.example'],
    ['localhost', 'localhost'],
    ['_dnsaddr.peer-1.example', '_dnsaddr.peer-1.example'],
    ['bücher.example', 'xn--bcher-kva.example'],
    ['BÜCHER.example.', 'xn--bcher-kva.example'],
    ['xn--bcher-kva.example', 'xn--bcher-kva.example'],
    ['1-2-3-4.k51.example', '1-2-3-4.k51.example'],
    [LONGEST, LONGEST],
    [`${LONGEST}.`, LONGEST]
  ] as const) {
    test(`reads ${text.slice(0, 30)}`, () => {
      assert.equal(parseDnsName(text), name)
    })
  }

  const refused = String.raw`. .. a..b .a a.example.. a/b a:443 *.example [::1] ::1 1.2.3.4 1.2.3.4. 127.1 0x7f.1 2130706433 a.0x7f １２７.0.0.1 ①.2.3.4 a%2eb`.split(' ')
  const others = ['', ' a.example', 'a b', 'a\r\nHost: x', 'a\0b', `${'a'.repeat(64)}.example`, `${LONGEST}e`, 'é'.repeat(10_000), '\ud800.example']

  for (const text of [...refused, ...others]) {
    test(`refuses ${JSON.stringify(text.slice(0, 30))}`, () => {
      assert.equal(parseDnsName(text), undefined)
    })
  }

  test('what it gives is the same read again', () => {
    fc.assert(fc.property(fc.oneof(fc.domain(), fc.string({ unit: 'grapheme', maxLength: 20 })), (text) => {
      const name = parseDnsName(text)

      assert.ok(name === undefined || (parseDnsName(name) === name && parseDnsName(`${name}.`) === name && parseDnsName(name.toUpperCase()) === name))
    }), { numRuns: 1_000 })
  })
})
