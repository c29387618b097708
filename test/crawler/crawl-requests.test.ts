import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { suite, test } from 'node:test'
import { CrawlRequests } from '../../crawler/crawl-requests.ts'
import { TempFolder } from '../support/temp-folder.ts'

const FIRST = '2026-11-30T21:00:00.000Z'
const SECOND = '2026-11-30T20:00:00.000Z'

interface Rig { requests: CrawlRequests, put: (text: string) => void, warned: unknown[] }

function rig (folder: TempFolder): Rig {
  const warned: unknown[] = []
  const path = folder.file('crawl-now.json')
  const requests = new CrawlRequests(path, { info: () => undefined, warn: (fields: unknown) => warned.push(fields) })

  return { requests, warned, put: (text) => {
    writeFileSync(path, text)
  } }
}

const request = (requestedAt: string): string => JSON.stringify({ requestedAt })

suite('CrawlRequests', () => {
  test('has none without a file or a path', async () => {
    using folder = new TempFolder()
    const { requests, warned } = rig(folder)

    assert.equal(await requests.waiting(), undefined)
    assert.equal(await new CrawlRequests(undefined, { info: () => undefined, warn: () => undefined }).waiting(), undefined)
    await requests.answer(7)
    assert.equal(requests.answered, undefined)
    assert.deepEqual(warned, [])
  })

  test('are answered once by the next crawl, and by the first crawl of a process if they are older', async () => {
    using folder = new TempFolder()
    const { requests, put } = rig(folder)
    put(request(FIRST))
    await requests.answer(7)

    assert.deepEqual(requests.answered, { requestedAt: FIRST, crawlId: 7 })
    assert.equal(await requests.waiting(), undefined)
    await requests.answer(8)
    assert.deepEqual(requests.answered, { requestedAt: FIRST, crawlId: 7 })
  })

  test('are new if their time differs, even if it is earlier; several at once count as one', async () => {
    using folder = new TempFolder()
    const { requests, put } = rig(folder)
    put(request(FIRST))
    await requests.answer(7)
    put(request('2026-11-30T21:30:00.000Z'))
    put(request(SECOND))

    assert.equal(await requests.waiting(), SECOND)
    await requests.answer(8)
    assert.deepEqual(requests.answered, { requestedAt: SECOND, crawlId: 8 })
    assert.equal(await requests.waiting(), undefined)
  })

  for (const [what, text] of [['no JSON', '{'], ['another form', '{"requestedAt":"soon"}'], ['an unknown field', '{"requestedAt":"2026-11-30T21:00:00.000Z","x":1}'], ['a long file', `{"requestedAt":"${'9'.repeat(5_000)}"}`], ['an empty file', '']] as const) {
    test(`are ignored if the file is ${what}, with one warning`, async () => {
      using folder = new TempFolder()
      const { requests, put, warned } = rig(folder)
      put(text)

      assert.equal(await requests.waiting(), undefined)
      assert.equal(await requests.waiting(), undefined)
      assert.equal(warned.length, 1)
      put(request(FIRST))
      assert.equal(await requests.waiting(), FIRST)
      put(text)
      await requests.waiting()
      assert.equal(warned.length, 2)
    })
  }
})
