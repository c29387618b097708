import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { SymmetricState } from '../../../../crawler/client/noise/symmetric-state.ts'
import { isFault } from '../../../support/client/expect-fault.ts'

const SECRET = new Uint8Array(32).fill(1)

suite('SymmetricState', () => {
  test('passes bytes unencrypted before the first key', () => {
    assert.deepEqual([...new SymmetricState().encryptAndHash(Uint8Array.of(1, 2))], [1, 2])
  })

  test('opens what the other end sealed after the same steps, and splits into two channels', () => {
    const [a, b] = [new SymmetricState(), new SymmetricState()]

    for (const end of [a, b]) {
      end.mixHash(Uint8Array.of(1))
      end.mixKey(SECRET)
    }

    const text = Buffer.from('hello')
    assert.deepEqual(Buffer.from(b.decryptAndHash(a.encryptAndHash(text))), text)
    const [[send], [receive]] = [a.split(), b.split()]
    assert.deepEqual(Buffer.from(receive.open(send.seal(text)) ?? []), text)
  })

  test('opens nothing after a different step', () => {
    const [a, b] = [new SymmetricState(), new SymmetricState()]
    a.mixHash(Uint8Array.of(1))
    b.mixHash(Uint8Array.of(2))
    a.mixKey(SECRET)
    b.mixKey(SECRET)

    assert.throws(() => b.decryptAndHash(a.encryptAndHash(Buffer.from('x'))), isFault('handshake-failed'))
  })
})
