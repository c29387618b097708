import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { readIdentify } from '../../../crawler/visit/read-identify.ts'
import { MAX_IDENTIFY_BYTES } from '../../../crawler/wire/identify-message.ts'

const { signal } = new AbortController()
const of = (...parts: (Uint8Array | undefined)[]): { read: () => Promise<Uint8Array | undefined> } =>
  ({ read: async () => await Promise.resolve(parts.shift()) })

suite('readIdentify', () => {
  test('joins what comes until the remote ends the stream', async () => {
    assert.deepEqual([...await readIdentify(of(Uint8Array.of(1, 2), Uint8Array.of(3), undefined), signal)], [1, 2, 3])
    assert.equal((await readIdentify(of(undefined), signal)).length, 0)
  })

  test('reads just so much', async () => {
    assert.equal((await readIdentify(of(new Uint8Array(MAX_IDENTIFY_BYTES), undefined), signal)).length, MAX_IDENTIFY_BYTES)
    await assert.rejects(readIdentify(of(new Uint8Array(MAX_IDENTIFY_BYTES), Uint8Array.of(1), undefined), signal), { code: 'PP_PEER_FAULT', message: /too great length/ })
  })
})
