// Removal beside a writer at full speed: no write fails, and nothing is removed twice.
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { removeOlderThan } from '../../../consumer/jobs/retention/retention.ts'
import { MysqlStore } from '../../../consumer/store/mysql/mysql-store.ts'
import { createLogger } from '../../../core/process/logger.ts'
import { systemClock } from '../../../core/time/clock.ts'
import { visitOf } from '../../support/consumer/messages.ts'
import type { MysqlDatabases } from '../../support/consumer/mysql-databases.ts'

const EXPIRED = process.env['PEERPROBE_FULL'] === '1' ? 1_000_000 : 20_000
const KEPT = 2_000
const DAY_MS = 86_400_000
const { signal } = new AbortController()

const livePeer = (n: number): string => `QmLivePeer${String(n).replaceAll('0', 'z')}`

const FILL = `SET time_zone = '+00:00'; CREATE TABLE digit (d INT); INSERT INTO digit VALUES (0),(1),(2),(3),(4),(5),(6),(7),(8),(9);
  INSERT INTO node_info (node_id, discovery_type, last_outcome, last_seen)
  SELECT CONCAT('QmOld', a.d, b.d, c.d, d.d, e.d, f.d), 'active', 'ok', NOW(3) - INTERVAL 40 DAY FROM digit a, digit b, digit c, digit d, digit e, digit f
  WHERE a.d * 100000 + b.d * 10000 + c.d * 1000 + d.d * 100 + e.d * 10 + f.d < ${String(EXPIRED)};
  INSERT INTO address_info (node_id, multiaddr, addr_hash, last_seen)
  SELECT node_id, d, UNHEX(LEFT(SHA2(d, 256), 32)), last_seen FROM node_info, digit WHERE d < 6`
const ORPHANS = 'SELECT COUNT(*) AS n FROM address_info a WHERE NOT EXISTS (SELECT 1 FROM node_info n WHERE n.node_id = a.node_id)'
const PARTITIONS = `SELECT PARTITION_DESCRIPTION AS end FROM information_schema.PARTITIONS
  WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'visit' ORDER BY PARTITION_ORDINAL_POSITION`

/** A writer that sights the same peers again and again; how long its longest write took. */
async function writeUntil (store: MysqlStore, isOver: () => boolean): Promise<{ batches: number, longestMs: number }> {
  let batches = 0
  let longestMs = 0

  for (; !isOver(); batches++) {
    const now = Date.now()
    const seen = { crawlId: Math.floor(now / 1_000), startedAt: new Date(now).toISOString() }
    const visits = Array.from({ length: 250 }, (_, i) => visitOf({ nodeId: livePeer((batches * 250 + i) % KEPT), ...seen }))
    const startMs = performance.now()
    await store.write({ visits, crawls: [] })
    longestMs = Math.max(longestMs, performance.now() - startMs)
  }

  return { batches, longestMs }
}

/** Runs the suite against a server. */
export function mysqlRetention (name: string, databasesOf: () => MysqlDatabases): void {
  suite(`retention of ${name}`, () => {
    test(`removes ${String(EXPIRED)} expired peers from two processes at once, beside a writer`, async (context) => {
      const databases = databasesOf()
      const database = await databases.make()
      const open = async (): Promise<MysqlStore> => await MysqlStore.open({ clock: systemClock }, { mysql: databases.configFor(database), coalesceWindowMs: 0 })
      await using store = await open()
      await using first = await open()
      await using second = await open()
      await store.migrate()
      const connection = await databases.connect(database)
      await connection.query(FILL)

      let isOver = false
      const writing = writeUntil(store, () => isOver)
      const log = createLogger({ level: 'warn' })
      const removed = { node_info: 0 } as Record<string, number>
      const onRemoved = (table: string, rows: number): void => {
        removed[table] = (removed[table] ?? 0) + rows
      }
      const startedMs = Date.now()
      await Promise.all([first, second].map(async (purger) => {
        await removeOlderThan({ store: purger, clock: systemClock, log, onRemoved }, startedMs - 30 * DAY_MS, signal)
      }))
      const seconds = (Date.now() - startedMs) / 1_000
      isOver = true
      const { batches, longestMs } = await writing
      context.diagnostic(`removed in ${seconds.toFixed(1)} s; the writer's longest write of ${String(batches)} took ${longestMs.toFixed(0)} ms`)

      assert.equal(removed['node_info'], EXPIRED)
      assert.ok(batches > 0)
      assert.deepEqual((await connection.query('SELECT COUNT(*) AS n FROM node_info WHERE node_id LIKE \'QmOld%\''))[0], [{ n: 0 }])
      assert.deepEqual((await connection.query(ORPHANS))[0], [{ n: 0 }])
      await connection.end()
    })

    test('drops whole days of visits and makes the next ones ahead', async () => {
      await using fixture = await databasesOf().open()
      const days = async (): Promise<number[]> => (await fixture.query(PARTITIONS))
        .map(({ end }) => Math.round((Number(end) * 1_000 - fixture.clock.now()) / DAY_MS))
      const crawlId = Math.floor(fixture.clock.now() / 1_000)
      await fixture.store.write({ visits: [3, 2, 0].map(days => visitOf({ crawlId: crawlId - days * 86_400 })), crawls: [] })
      await fixture.clock.advance(DAY_MS)
      const beforeMs = (crawlId - 86_400) * 1_000
      let removed = 0

      for (let step = await fixture.store.purge(beforeMs); step.table === 'visit'; step = await fixture.store.purge(beforeMs, step.next)) {
        removed += step.removed
      }

      assert.equal(removed, 2)
      assert.deepEqual((await fixture.store.summary()).visits, 1)
      assert.deepEqual(await days(), [-1, 0, 1, 2, 3, 4, 5, 6, 7, 8])
    })
  })
}
