import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { RecordPages } from '../../../consumer/export/record-pages.ts'
import type { RecordPage, RecordPageQuery } from '../../../consumer/records/record-query.ts'

// A store of 100,000 peers that makes each page when it is asked for.
const TOTAL = 100_000
const largest = { page: 0 }
const snapshot = {
  records: async ({ after = '0', limit }: RecordPageQuery): Promise<RecordPage> => {
    const from = Number(after)
    const to = Math.min(TOTAL, from + limit)
    largest.page = Math.max(largest.page, to - from)
    const records = Array.from({ length: to - from }, (_, i) => ({ node_id: String(from + i) }))

    return await Promise.resolve({ records, next: to === TOTAL ? undefined : String(to) })
  }
}

suite('RecordPages', () => {
  const count = async (pages: RecordPages): Promise<number> => {
    let records = 0
    for await (const page of pages) {
      records += page.length
    }

    return records
  }

  test('reads 100,000 records in small pages', async () => {
    const pages = new RecordPages(snapshot, { kind: 'nodes', limit: 1_000_000 })
    assert.equal(await count(pages), TOTAL)
    assert.equal(pages.next, undefined)
    assert.ok(largest.page <= 500)
  })

  test('stops at the limit, and says where it goes on', async () => {
    const pages = new RecordPages(snapshot, { kind: 'nodes', limit: 1_234 })
    assert.equal(await count(pages), 1_234)
    assert.equal(pages.next, '1234')
    assert.equal(await count(new RecordPages(snapshot, { kind: 'nodes', limit: 10, after: '99995' })), 5)
  })
})
