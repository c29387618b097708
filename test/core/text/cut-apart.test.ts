import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { cutApart, cutEnd } from '../../../core/text/cut-apart.ts'

suite('cutApart', () => {
  test('leaves texts alone that fit, and cuts the end of those that differ before it', () => {
    assert.deepEqual(cutApart(['kubo/0.36', 'x'.repeat(12), 'kubo/0.36'], 10), ['kubo/0.36', `${'x'.repeat(9)}…`, 'kubo/0.36'])
  })

  test('cuts the middle where only the ends differ', () => {
    const agents = ['ed25519-0', 'ed25519-1', 'secp256k1-0'].map(end => `rust-libp2p/0.57.1 rustnet-plain-${end}`)

    assert.deepEqual(cutApart(agents, 34), ['rust-libp2p…ustnet-plain-ed25519-0', 'rust-libp2p…ustnet-plain-ed25519-1', 'rust-libp2p…tnet-plain-secp256k1-0'])
  })

  test('shows the place in the middle where long texts differ', () => {
    const [a, b] = cutApart(['a', 'b'].map(letter => `${'x'.repeat(100)}${letter}${'y'.repeat(100)}`), 20)

    assert.deepEqual([a, b], ['xxxxxx…ayyyyyyyyyyy…', 'xxxxxx…byyyyyyyyyyy…'])
  })

  test('gives different texts different results within the width, and equal ones equal results', () => {
    const texts = fc.array(fc.string({ unit: fc.constantFrom('a', 'b', '…', '#'), maxLength: 60 }), { maxLength: 30 })

    fc.assert(fc.property(texts, fc.integer({ min: 8, max: 40 }), (texts, width) => {
      const cut = cutApart(texts, width)

      assert.equal(new Set(cut).size, new Set(texts).size)
      assert.ok(cut.every(text => Array.from(text).length <= width))
      assert.deepEqual(cut, texts.map(text => cut[texts.indexOf(text)]))
    }), { numRuns: 500 })
  })
})

suite('cutEnd', () => {
  test('cuts with an ellipsis what is longer than the width', () => {
    assert.deepEqual([cutEnd('kubo', 4), cutEnd('kubo/0.36', 5)], ['kubo', 'kubo…'])
  })
})
