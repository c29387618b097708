import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { crawlRowOf } from '../../../../consumer/store/model/crawl-row.ts'
import { CrawlStore } from '../../../../consumer/store/sqlite/crawl-store.ts'
import { CRAWL_ID, crawlOf, distributionsOf } from '../../../support/consumer/messages.ts'
import { migratedDatabase } from '../../../support/consumer/migrated-database.ts'

suite('CrawlStore', () => {
  test('replaces all aggregates with those of the message that says more', () => {
    using database = migratedDatabase()
    const crawls = new CrawlStore(database)
    crawls.write(crawlRowOf(crawlOf({ state: 'aborted' })), 0)
    const finished = crawlOf({ distributions: distributionsOf([{ value: 'only', count: 1 }], 0) })

    assert.equal(crawls.write(crawlRowOf(finished), 0), 1)
    assert.equal(crawls.write(crawlRowOf(crawlOf({ state: 'aborted' })), 0), 0)
    assert.deepEqual(crawls.latest(finished.scan, 1), [finished])
  })

  test('gives the latest crawls of one scan, newest first', () => {
    using database = migratedDatabase()
    const crawls = new CrawlStore(database)
    for (const seconds of [600, 0, 1_200]) {
      crawls.write(crawlRowOf(crawlOf({ crawlId: CRAWL_ID + seconds })), 0)
    }
    crawls.write(crawlRowOf(crawlOf({ scan: 'default/probe/other' })), 0)

    assert.deepEqual(crawls.latest('default/probe/main', 2).map(({ crawlId }) => crawlId), [CRAWL_ID + 1_200, CRAWL_ID + 600])
  })
})
