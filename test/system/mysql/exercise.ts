// Everything that a consumer, a dump and retention do with a store, on a database of its own, looked at through another connection.
import assert from 'node:assert/strict'
import { setTimeout as delay } from 'node:timers/promises'
import { MysqlStore } from '../../../consumer/store/mysql/mysql-store.ts'
import { CRAWL_ID, crawlOf, PEERS, visitOf } from '../../support/consumer/messages.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import type { PurgeStep } from '../../../consumer/store/model/node-store.ts'
import type { MysqlConfig } from '../../../core/contracts/process-config.ts'
import type { Connection, RowDataPacket } from 'mysql2/promise'

const NOW_MS = (CRAWL_ID + 3_600) * 1_000

/** Agents that end a statement wherever the session reads their bytes in another way than the driver wrote them. */
const HOSTILE_AGENTS = [
  'aħ,ħbħ,1);DROP TABLE canary;-- ',
  '\',\'b\',1);DROP TABLE canary;-- ',
  '\\\',1);DROP TABLE canary;-- ',
  '\\',
  '"); DROP TABLE canary; -- ',
  '表\',1);DROP TABLE canary;-- ',
  '\u00bf\',1);DROP TABLE canary;-- ',
  '😀 `id` %s ? :a --',
  'a\u001ab\nc\td'
]

/** A table that goes when a text becomes SQL. */
const CANARY = 'CREATE TABLE IF NOT EXISTS canary (n INT PRIMARY KEY)'

/** What a server is asked to do and how. */
export interface Exercise {
  mysql: MysqlConfig

  /** Another connection to the same database, of a user that may do everything. */
  beside: Connection

  /** How long the store waits between two calls. @default 0 */
  pauseMs?: number | undefined
}

/** Makes the tables, writes, reads, and removes everything again. @throws ProbeError `PP_STORE_SERVER` when the server does not suit */
export async function exercise ({ mysql, beside, pauseMs = 0 }: Exercise): Promise<void> {
  const clock = new FakeClock(NOW_MS)
  await using store = await MysqlStore.open({ clock }, { mysql, coalesceWindowMs: 0 })
  await store.migrate()
  await store.migrate()
  await beside.query(CANARY)
  const visits = HOSTILE_AGENTS.map((agentVersion, i) => visitOf({
    nodeId: `QmAgent${'abcdefghi'.charAt(i)}`,
    identify: { agentVersion, protocols: i === 0 ? ['/a/1'] : ['/a/1', agentVersion], listenAddresses: ['/ip4/192.0.2.1/tcp/4001', `/dns4/${String(i)}.ä.example/tcp/1`] }
  }))
  // One by one: each statement that a text ends would be whole.
  for (const visit of visits) {
    await store.write({ visits: [visit], crawls: [] })
  }
  await store.write({ visits: [visitOf(), visitOf({ nodeId: PEERS[1] })], crawls: [crawlOf()] })
  assert.deepEqual(await rowsOf(beside, 'SELECT * FROM canary'), [])
  await delay(pauseMs)
  const again = { crawlId: CRAWL_ID + 600, startedAt: new Date((CRAWL_ID + 601) * 1_000).toISOString() }
  const report = await store.write({ visits: [visitOf(again), visitOf({ ...again, nodeId: PEERS[1] })], crawls: [] })
  assert.deepEqual(report.rows, { visit: 2, node_info: 2, node_network: 2, address_info: 4, crawl: 0 })

  const peers = HOSTILE_AGENTS.length + 2
  assert.deepEqual(await rowsOf(beside, 'SELECT agent_version FROM node_info WHERE node_id LIKE \'QmAgent%\' ORDER BY node_id'), HOSTILE_AGENTS.map(agent_version => ({ agent_version })))
  assert.deepEqual(await rowsOf(beside, 'SELECT DISTINCT UNIX_TIMESTAMP(last_seen) AS at FROM node_info ORDER BY at'), [{ at: 1_767_225_601 }, { at: 1_767_226_201 }])
  const { nodes, visits: stored, networks } = await store.summary()
  assert.deepEqual({ nodes, stored, networks }, { nodes: peers, stored: peers + 2, networks: [{ network: 'ipfs', nodes: peers }] })
  assert.equal((await store.crawls('default/probe/main', 5)).length, 1)
  assert.deepEqual(await store.foundBy('default/probe/main', { from: CRAWL_ID, to: CRAWL_ID + 600 }), { active: peers, passive: 0, both: 0 })
  await readAll(store, pauseMs)
  await clock.advance(30 * 86_400_000)
  await removeAll(store, clock.now() - 7 * 86_400_000, beside)
}

async function readAll (store: MysqlStore, pauseMs: number): Promise<void> {
  await using snapshot = await store.snapshot()
  const { records: first, next } = await snapshot.records({ kind: 'nodes', limit: HOSTILE_AGENTS.length })
  await delay(pauseMs)
  const { records: rest } = await snapshot.records({ kind: 'nodes', limit: 1_000, after: next })

  assert.deepEqual([...first, ...rest].map(({ agent_version: agent }) => agent), [...HOSTILE_AGENTS, 'kubo/0.30.0', 'kubo/0.30.0'])
  assert.ok([...first, ...rest].every(({ addresses }) => Array.isArray(addresses) && addresses.length === 2))
}

/** What retention says it removed is gone for everyone, since it is committed. */
async function removeAll (store: MysqlStore, beforeMs: number, beside: Connection): Promise<void> {
  const removed: Record<string, number> = {}

  for (let step: PurgeStep | undefined; step === undefined || step.next !== undefined;) {
    step = await store.purge(beforeMs, step?.next)
    removed[step.table] = (removed[step.table] ?? 0) + step.removed
  }

  assert.equal(removed['node_info'], HOSTILE_AGENTS.length + 2)
  assert.equal(removed['visit'], HOSTILE_AGENTS.length + 4)
  const tables = ['node_info', 'address_info', 'node_network', 'visit', 'crawl', 'crawl_aggregate', 'agent', 'peer']
  assert.deepEqual(await rowsOf(beside, tables.map(table => `SELECT COUNT(*) AS n FROM ${table}`).join(' UNION ')), [{ n: 0 }])
  assert.deepEqual(await rowsOf(beside, 'SELECT * FROM canary'), [])
}

async function rowsOf (connection: Connection, sql: string): Promise<unknown[]> {
  const [rows] = await connection.query<RowDataPacket[]>(sql)

  return rows.map(row => ({ ...row }))
}
