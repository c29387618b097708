import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { crawlRowOf } from '../../../../../consumer/store/model/crawl-row.ts'
import { latestCrawls, writeCrawl } from '../../../../../consumer/store/mysql/write/crawl-store.ts'
import { crawlOf } from '../../../../support/consumer/messages.ts'
import { ScriptedConnection } from '../../../../support/consumer/scripted-connection.ts'

const ROW = crawlRowOf(crawlOf())

suite('writeCrawl', () => {
  test('writes nothing where the database knows as much already', async () => {
    const server = new ScriptedConnection(statement => statement.includes('digest') ? [['finished', ROW.startedAt, ROW.finishedAt, ROW.digest]] : [])

    assert.equal(await writeCrawl(server.asConnection, ROW, 0), 0)
    assert.equal(server.statements.every(statement => statement.startsWith('SELECT')), true)
  })

  test('replaces the counts of a crawl together with its row', async () => {
    const server = new ScriptedConnection(statement => statement.includes('digest') && statement.startsWith('SELECT') ? [['started', ROW.startedAt, null, '']] : [])

    assert.equal(await writeCrawl(server.asConnection, ROW, 0), 1)
    assert.deepEqual(server.statements.slice(2).map(statement => /^\w+( INTO| FROM)? \w+/.exec(statement)?.[0]), ['INSERT INTO crawl', 'UPDATE crawl', 'DELETE FROM crawl_aggregate', 'INSERT INTO crawl_aggregate'])
  })

  test('calls a crawl without an end aborted where a later one exists', async () => {
    const started = crawlRowOf(crawlOf({ state: 'started' }))
    const server = new ScriptedConnection(statement => statement.startsWith('SELECT 1') ? [[1]] : [])
    await writeCrawl(server.asConnection, started, 0)

    assert.ok(server.statements[2]?.includes('\'aborted\',\'started\''))
  })

  test('says when it wrote a row, also that of a crawl which this one ends', async () => {
    const server = new ScriptedConnection()
    await writeCrawl(server.asConnection, ROW, Date.UTC(2026, 0, 2))

    assert.match(server.statements[2] ?? '', /,changed_at\) VALUES .*,'2026-01-02 00:00:00\.000'\).*changed_at = /s)
    assert.match(server.statements[3] ?? '', /^UPDATE crawl SET state = 'aborted', changed_at = '2026-01-02 00:00:00\.000' WHERE/)
  })
})

test('latestCrawls reads no counts where there is no crawl', async () => {
  const server = new ScriptedConnection()

  assert.deepEqual(await latestCrawls(server.asConnection, 'a/b/c', 5), [])
  assert.equal(server.statements.length, 1)
})
