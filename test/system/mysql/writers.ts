import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { MysqlStore } from '../../../consumer/store/mysql/mysql-store.ts'
import { MESSAGE_LIMITS } from '../../../core/contracts/visit.ts'
import { isProbeError } from '../../../core/errors.ts'
import { systemClock } from '../../../core/time/clock.ts'
import { contentsOf } from '../../consumer/store/node-store-fixture.ts'
import { ALIKE } from '../../support/consumer/alike-peers.ts'
import { CRAWL_ID, crawlOf, failedVisitOf, visitOf } from '../../support/consumer/messages.ts'
import type { NodeStore, StoreBatch } from '../../../consumer/store/model/node-store.ts'
import type { Visit } from '../../../core/contracts/visit.ts'
import type { MysqlDatabases } from '../../support/consumer/mysql-databases.ts'

const WRITERS = 4
const PEERS = 120
const ROUNDS = 12

// Place of the peer that has as many addresses as a visit tells.
const MANY = 5
const OWNERS = ['w', 'x', 'y', 'z']

/** Visits to the same peers in another order each round, so that every two rounds of one owner meet. */
function visitsOf (round: number, owner: string): Visit[] {
  const peers = Array.from({ length: PEERS }, (_, i) => i).sort((a, b) => ((a * 7_919 + round * 31) % 101) - ((b * 7_919 + round * 31) % 101))

  return peers.map((i) => {
    const startedAt = new Date((CRAWL_ID + (i * 37 + round * 53) % 600) * 1_000).toISOString()
    const visit = { nodeId: `QmWriterPeer${owner}${String(i).replaceAll('0', 'z')}`, crawlId: CRAWL_ID + round, startedAt }
    const identify = {
      agentVersion: `agent-${String((i + round) % 5)}`,
      protocols: [`/p/${String(round % 3)}`],
      listenAddresses: [`/ip4/192.0.2.${String(i)}/tcp/${String(round % 4)}`]
    }

    return (i + round) % 3 === 0 ? failedVisitOf(visit) : visitOf({ ...visit, identify })
  })
}

function batchWithCrawl (round: number): StoreBatch {
  return { visits: visitsOf(round, ''), crawls: [crawlOf({ crawlId: CRAWL_ID + round, state: round % 2 === 0 ? 'started' : 'finished' })] }
}

async function writeAll (store: NodeStore, rounds: readonly number[], batchOf = batchWithCrawl): Promise<number> {
  let conflicts = 0

  for (const round of rounds) {
    for (let isDone = false; !isDone;) {
      try {
        await store.write(batchOf(round))
        isDone = true
      } catch (err) {
        // What the pipeline does with it; anything else fails the test.
        assert.ok(isProbeError(err, 'PP_STORE_CONFLICT'), String(err))
        conflicts++
        assert.ok(conflicts < 100)
      }
    }
  }

  return conflicts
}

/** Runs the suite against a server. */
export function mysqlWriters (name: string, databasesOf: () => MysqlDatabases): void {
  suite(`writers of ${name}`, () => {
    test('several at once, with the same peers in different orders, leave what one alone leaves', async (context) => {
      await using expected = await databasesOf().open()
      await using fixture = await databasesOf().open()
      await writeAll(expected.store, Array.from({ length: ROUNDS }, (_, i) => i))
      const stores = [fixture.store, ...await Promise.all(Array.from({ length: WRITERS - 1 }, async () => await fixture.another()))]
      // Each writes half of the rounds; every round is written by two, from both ends.
      const conflicts = await Promise.all(stores.map(async (store, i) => {
        const rounds = Array.from({ length: ROUNDS }, (_, j) => i % 2 === 0 ? j : ROUNDS - 1 - j)

        return await writeAll(store, rounds.filter(round => (round + (i >> 1)) % 2 === 0))
      }))
      context.diagnostic(`conflicts: ${conflicts.join()}`)
      await Promise.all(stores.slice(1).map(async (store) => {
        await store[Symbol.asyncDispose]()
      }))

      assert.deepEqual(await contentsOf(fixture), await contentsOf(expected))
    })

    test('several at once, each with peers of its own, never wait for one another in a ring, however small the tables are', async () => {
      // New: of rows that were just deleted a server keeps marks that make writers wait.
      const mysql = databasesOf().configFor(await databasesOf().make())
      await using stack = new AsyncDisposableStack()
      const stores = await Promise.all(OWNERS.map(async () => stack.use(await MysqlStore.open({ clock: systemClock }, { mysql, coalesceWindowMs: 0 }))))
      await stores[0]!.migrate()
      const rounds = Array.from({ length: ROUNDS }, (_, i) => i)
      // Without crawls: those are written one batch at a time.
      const conflicts = await Promise.all(stores.map(async (store, i) =>
        await writeAll(store, rounds, round => ({ visits: visitsOf(round, OWNERS[i]!), crawls: [] }))))

      assert.deepEqual(conflicts, OWNERS.map(() => 0))
    })

    test('gives each of many known peers the time of its own visit, also those that have one CRC-32', async () => {
      await using fixture = await databasesOf().open()
      const ids = [...ALIKE, ...Array.from({ length: PEERS }, (_, i) => `QmKnownPeer${String(i).replaceAll('0', 'z')}`)]
      const many = Array.from({ length: MESSAGE_LIMITS.addresses }, (_, i) => `/ip4/192.0.2.1/tcp/${String(i + 1)}`)
      const startOf = (crawlId: number, i: number): string => new Date(crawlId * 1_000 + i * 7).toISOString()
      const crawl = (crawlId: number): Visit[] => ids.map((nodeId, i) => {
        const visit = visitOf({ nodeId, crawlId, startedAt: startOf(crawlId, i) })
        const { identify, connection } = visit

        return i === MANY ? { ...visit, identify: { ...identify!, listenAddresses: many }, connection: { ...connection!, address: many[0]! } } : visit
      })
      await fixture.store.write({ visits: crawl(CRAWL_ID), crawls: [] })
      const { rows } = await fixture.store.write({ visits: crawl(CRAWL_ID + 600), crawls: [] })
      const { address_info: addresses, node_network: networks } = await contentsOf(fixture)
      const timesOf = (i: number): string[] => [0, 600].map(s => startOf(CRAWL_ID + s, i).replace('T', ' ').replace('Z', ''))

      for (const [i, id] of ids.entries()) {
        const [firstSeen, lastSeen] = timesOf(i)
        assert.deepEqual(addresses.filter(row => row['node_id'] === id).map(row => row['last_seen']), Array<unknown>(i === MANY ? many.length : 2).fill(lastSeen), id)
        assert.deepEqual(networks.filter(row => row['node_id'] === id), [{ node_id: id, network: 'ipfs', first_seen: firstSeen, last_seen: lastSeen }])
      }
      assert.deepEqual(rows, { visit: ids.length, node_info: ids.length, node_network: ids.length, address_info: 2 * (ids.length - 1) + many.length, crawl: 0 })
    })

    test('one store writes several batches at once', async () => {
      await using expected = await databasesOf().open()
      await using fixture = await databasesOf().open()
      await writeAll(expected.store, [0, 1, 2])
      await Promise.all([0, 1, 2].map(async round => await writeAll(fixture.store, [round])))

      assert.deepEqual(await contentsOf(fixture), await contentsOf(expected))
    })
  })
}
