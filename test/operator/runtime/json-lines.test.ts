import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { jsonLines } from '../../../operator/runtime/json-lines.ts'

async function read (chunks: Buffer[]): Promise<unknown[]> {
  const values: unknown[] = []
  async function* stream (): AsyncGenerator<Buffer> {
    yield* chunks
  }

  for await (const value of jsonLines(stream())) {
    values.push(value)
  }
  return values
}

suite('jsonLines', () => {
  test('reads the values of a stream, however it is split', async () => {
    await fc.assert(fc.asyncProperty(fc.array(fc.jsonValue(), { maxLength: 8 }), fc.array(fc.nat(200), { maxLength: 8 }), async (values, cuts) => {
      const whole = Buffer.from(values.map(value => `${JSON.stringify(value)}\n`).join(''))
      const at = [0, ...cuts.map(cut => Math.min(cut, whole.length)).sort((a, b) => a - b), whole.length]
      const chunks = at.slice(1).map((end, i) => whole.subarray(at[i], end))

      assert.deepEqual(await read(chunks), values.map(value => JSON.parse(JSON.stringify(value)) as unknown))
    }), { numRuns: 100 })
  })

  test('gives up on invalid JSON, and on an endless line', async () => {
    await assert.rejects(read([Buffer.from('{"a":\n')]), { code: 'PP_KUBE_UNAVAILABLE' })
    await assert.rejects(read(Array.from({ length: 9 }, () => Buffer.alloc(1_048_576, 'x'))), { code: 'PP_KUBE_UNAVAILABLE', message: /a line of more than/ })
  })
})
