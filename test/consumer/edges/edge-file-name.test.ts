import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { crawlOfFile, edgeFileName } from '../../../consumer/edges/edge-file-name.ts'
import { CRAWL_ID } from '../../support/consumer/messages.ts'

suite('the name of a file of edges', () => {
  test('says which crawl of which scan it is', () => {
    const crawl = { scan: 'team-a/my.probe/main', crawlId: CRAWL_ID }

    assert.equal(edgeFileName(crawl), 'edges-20260101T000000Z_team-a_my.probe_main.parquet')
    assert.deepEqual(crawlOfFile(edgeFileName(crawl)), crawl)
    assert.deepEqual(crawlOfFile(edgeFileName({ ...crawl, crawlId: 4_294_967_295 })), { ...crawl, crawlId: 4_294_967_295 })
  })

  test('is no name of a dump, of a temporary file or of anything else', () => {
    for (const name of ['nodes-20260101T000000.000Z.parquet', 'edges-20260101T000000Z_a_b_c.parquet.1.partial', 'edges-20260101T000000Z_a_b.parquet', 'edges-20260101T000000Z_a_b_...parquet', 'manifest.json', '']) {
      assert.equal(crawlOfFile(name), undefined, name)
    }
  })
})
