import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { Coalescer } from '../../../../../consumer/store/model/coalescer.ts'
import { crawlRowOf } from '../../../../../consumer/store/model/crawl-row.ts'
import { toRows } from '../../../../../consumer/store/model/rows.ts'
import { writeBatch } from '../../../../../consumer/store/mysql/write/batch-transaction.ts'
import { noKnownIds, VisitIds } from '../../../../../consumer/store/mysql/write/visit-ids.ts'
import { crawlOf } from '../../../../support/consumer/messages.ts'
import { ScriptedConnection } from '../../../../support/consumer/scripted-connection.ts'
import type { Crawl } from '../../../../../core/contracts/crawl.ts'

async function statementsOf (crawls: readonly Crawl[]): Promise<string[]> {
  const server = new ScriptedConnection(statement => statement.startsWith('SELECT') ? [] : 1)
  await writeBatch(server.asConnection, { visits: toRows([], new Coalescer(0)), crawls: crawls.map(crawlRowOf) }, new VisitIds(noKnownIds()), 0)

  return server.statements
}

suite('writeBatch', () => {
  test('shares the removal mark with other writers, unless it holds crawls, which look at one another', async () => {
    assert.deepEqual(await statementsOf([]), ['SELECT day FROM removal_mark WHERE id = 1 LOCK IN SHARE MODE'])
    assert.equal((await statementsOf([crawlOf()]))[0], 'SELECT day FROM removal_mark WHERE id = 1 FOR UPDATE')
  })
})
