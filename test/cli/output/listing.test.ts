import assert from 'node:assert/strict'
import { PassThrough } from 'node:stream'
import { suite, test } from 'node:test'
import { printListing } from '../../../cli/output/listing.ts'
import { writeOut } from '../../../cli/output/write-out.ts'

const { signal } = new AbortController()
const form = { columns: ['A', 'B'], cells: ({ a, b }: { a: string, b: number }) => [a, b] }

suite('printListing', () => {
  const printed = async (t: { mock: { method: (...args: [object, 'write', (text: string) => boolean]) => unknown, restoreAll: () => void } }, ...args: [Iterable<readonly { a: string, b: number }[]>, { json: boolean, footer?: string }]): Promise<string> => {
    const texts: string[] = []
    t.mock.method(process.stdout, 'write', text => texts.push(text) > 0)
    await printListing(args[0], form, args[1], signal)
    t.mock.restoreAll()
    return texts.join('')
  }

  test('prints one table over all pages, with control characters escaped', async (t) => {
    assert.equal(await printed(t, [[{ a: 'x\u{1b}[31m', b: 1 }], [{ a: 'y', b: 2 }]], { json: false, footer: '2 rows' }), 'A            B\nx\\u{1b}[31m  1\ny  2\n2 rows\n')
    assert.equal(await printed(t, [[]], { json: false }), 'A  B\n')
  })

  test('prints one JSON object a line, and nothing else', async (t) => {
    assert.equal(await printed(t, [[{ a: 'x\u{1b}', b: 1 }], [], [{ a: 'y', b: 2 }]], { json: true, footer: 'none' }), '{"a":"x\\u001b","b":1}\n{"a":"y","b":2}\n')
  })
})

suite('writeOut', () => {
  test('waits for a slow reader, and not for one that has gone', async () => {
    const out = new PassThrough({ highWaterMark: 4 })
    let isDone = false
    const writing = writeOut('0123456789', signal, out).then(() => {
      isDone = true
    })
    await new Promise(setImmediate)
    assert.equal(isDone, false)
    out.resume()
    await writing

    const controller = new AbortController()
    const stuck = new PassThrough({ highWaterMark: 1 })
    const waiting = writeOut('0123456789', controller.signal, stuck)
    controller.abort()
    await assert.rejects(waiting, { name: 'AbortError' })
    await assert.rejects(writeOut('', controller.signal, stuck), { name: 'AbortError' })
  })
})
