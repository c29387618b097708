// The whole data path on a real Kafka and a real database, with everything in it killed, stopped or disturbed under a
// stream of messages. Each test asserts that the rows are the acknowledged visits: none lost, none doubled.
import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { after, before, suite, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { DataPath, missingServers } from '../support/data-path/data-path.ts'
import { Rival } from '../support/data-path/rival.ts'
import { messagesOf, visitsOf } from '../support/data-path/visit-stream.ts'
import { until } from '../support/until.ts'

const FULL = process.env['PEERPROBE_FULL'] === '1'
const MESSAGES = FULL ? 100_000 : 12_000
const KILLS = FULL ? 20 : 3
const DOWN_MS = FULL ? 60_000 : 5_000
const DEADLOCKS = 3
const PRODUCER = new URL('../support/data-path/producer-process.ts', import.meta.url)
const { signal } = new AbortController()

// Servers of one kind of faults are not those of the other.
suite('the data path', { concurrency: true }, () => {
  suite('the data path with faults', { concurrency: 1, skip: missingServers ?? false }, () => {
    let path: DataPath

    before(async () => {
      path = await DataPath.open()
    })
    after(async () => {
      await path[Symbol.asyncDispose]()
    })

    test(`stores every visit once after ${String(KILLS)} kills of the consumer`, async () => {
      await using lane = await path.lane()
      let consumer = lane.consumer()
      await consumer.ready

      for (let kill = 0; kill < KILLS; kill++) {
        const publishing = lane.publishRange(kill * MESSAGES / KILLS, (kill + 1) * MESSAGES / KILLS)
        await delay(300)
        await consumer.kill()
        consumer = lane.consumer()
        await publishing
      }

      await lane.settled()
      assert.equal(await consumer.stop(), 0)
      await lane.assertHolds(visitsOf(0, MESSAGES))
    })

    test(`stores every visit once after ${String(KILLS)} kills of who publishes them`, async () => {
      await using lane = await path.lane()
      const consumer = lane.consumer()
      const state = { acknowledged: 0 }

      for (let kill = 0; state.acknowledged < MESSAGES; kill++) {
        const producer = fork(PRODUCER, [path.kafka.brokers.join(), lane.name, String(state.acknowledged), String(MESSAGES)])
        producer.on('message', (n) => {
          state.acknowledged = Number(n)
        })
        const ended = once(producer, 'exit')

        if (kill < KILLS) {
          const before = state.acknowledged
          await until('it publishes', () => state.acknowledged > before)
          producer.kill('SIGKILL')
        }
        await ended
      }

      await lane.settled()
      assert.equal(await consumer.stop(), 0)
      await lane.assertHolds(visitsOf(0, MESSAGES))
    })

    test(`goes on by itself after the database was down for ${String(DOWN_MS / 1_000)} s, and killed as by a power cut`, async () => {
      await using lane = await path.lane()
      const consumer = lane.consumer()
      await consumer.ready
      const publishing = lane.publishRange(0, MESSAGES)
      await until('rows are written', async () => await consumer.counter('peerprobe_consumer_committed_messages_total') > 0)
      await path.sql.kill()
      await until('it says that it is not ready', async () => (await fetch(`http://127.0.0.1:${String(await consumer.ready)}/readyz`)).status === 503)
      await delay(DOWN_MS)
      await path.sql.start()
      await publishing
      await lane.settled()

      assert.equal((await fetch(`http://127.0.0.1:${String(await consumer.ready)}/readyz`)).status, 200)
      assert.equal(await consumer.stop(), 0)
      await lane.assertHolds(visitsOf(0, MESSAGES))
    })

    test(`goes on by itself after the broker was down for ${String(DOWN_MS / 1_000)} s`, async () => {
      await using lane = await path.lane()
      const consumer = lane.consumer()
      await consumer.ready
      const publishing = lane.publishRange(0, MESSAGES)
      await until('rows are written', async () => await consumer.counter('peerprobe_consumer_committed_messages_total') > 0)
      await path.kafka.kill(1)
      await delay(DOWN_MS)
      await path.kafka.start(1)
      await publishing
      await lane.settled()

      assert.equal(await consumer.stop(), 0)
      await lane.assertHolds(visitsOf(0, MESSAGES))
    })

    test('stores every visit once while consumers come and go', async () => {
      await using lane = await path.lane()
      const steady = lane.consumer()
      await steady.ready
      const publishing = lane.publishRange(0, MESSAGES)

      for (let turn = 0; turn < KILLS; turn++) {
        const guest = lane.consumer()
        await guest.ready
        await delay(500)
        assert.equal(await guest.stop(), 0)
      }

      await publishing
      await lane.settled()
      assert.equal(await steady.stop(), 0)
      await lane.assertHolds(visitsOf(0, MESSAGES))
    })

    test('repeats transactions that a second writer deadlocks, and stores every visit once', async () => {
      await using lane = await path.lane({ coalesceWindowMs: 0, retry: { attempts: 3, backoffMs: 500 } })
      const consumer = lane.consumer()
      await consumer.ready
      await lane.publishRange(0, 2_000)
      await lane.settled()
      const state = { isOver: false, published: 2_000 }
      await using rival = await Rival.open(path.sql, lane.name)
      const disturbing = rival.disturb(state)

      // The rival waits for locks as well: how soon they meet is left to the two of them.
      while (await consumer.counter('peerprobe_consumer_retries_total', '"conflict"') < DEADLOCKS && state.published < 20 * MESSAGES) {
        await lane.publishRange(state.published, state.published + 1_000)
        state.published += 1_000
        await lane.settled()
      }

      state.isOver = true
      await disturbing
      assert.ok(await consumer.counter('peerprobe_consumer_retries_total', '"conflict"') >= DEADLOCKS)
      assert.equal(await consumer.stop(), 0)
      await lane.assertHolds(visitsOf(0, state.published))
    })

    test('keeps a message that nobody can read apart, one in every batch, and stores all others', async () => {
      await using lane = await path.lane({ batch: { maxMessages: 50, maxWaitMs: 50 } })
      const consumer = lane.consumer()
      await lane.publishRange(0, MESSAGES, 50)
      await lane.settled()
      const letters = await lane.bus.groupLag(`${lane.name}-dead-letters`, 'nobody', signal)

      assert.equal([...letters.values()].reduce((sum, n) => sum + n), MESSAGES / 50)
      assert.equal(await consumer.stop(), 0)
      await lane.assertHolds(visitsOf(0, MESSAGES))
    })

    test(`${String(MESSAGES)} messages in any order and twice leave the tables of once and in order`, async () => {
      await using inOrder = await path.lane({ coalesceWindowMs: 0 })
      await using shuffled = await path.lane({ coalesceWindowMs: 0 })
      const consumers = [inOrder.consumer(), shuffled.consumer()]
      await inOrder.publishRange(0, MESSAGES)
      const messages = shuffle([...messagesOf(0, MESSAGES), ...messagesOf(0, MESSAGES)])

      for (let start = 0; start < messages.length; start += 250) {
        await shuffled.publish(messages.slice(start, start + 250))
      }

      await Promise.all([inOrder.settled(), shuffled.settled()])
      assert.deepEqual(await Promise.all(consumers.map(async consumer => await consumer.stop())), [0, 0])

      for (const sql of TABLES) {
        assert.deepEqual(await shuffled.rows(sql), await inOrder.rows(sql))
      }
      await shuffled.assertHolds(visitsOf(0, MESSAGES))
    })
  })

  suite('the data path on three brokers', { concurrency: 1, skip: missingServers ?? false }, () => {
    test(`stores every visit once after ${String(KILLS)} kills of brokers that lead`, async () => {
      await using path = await DataPath.open({ nodes: 3 })
      await using lane = await path.lane()
      const consumer = lane.consumer()
      await consumer.ready

      // Each of the three leads one of the three partitions.
      for (let kill = 0; kill < KILLS; kill++) {
        const publishing = lane.publishRange(kill * MESSAGES / KILLS, (kill + 1) * MESSAGES / KILLS)
        await delay(300)
        await path.kafka.kill(1 + kill % 3)
        await publishing
        await path.kafka.start(1 + kill % 3)
      }

      await lane.settled()
      assert.equal(await consumer.stop(), 0)
      await lane.assertHolds(visitsOf(0, MESSAGES))
    })
  })
})

const TABLES = [
  'SELECT node_id, protocol_version, agent_version, discovery_type, latency, last_seen, first_seen, identified_at, last_tried, last_outcome FROM node_info ORDER BY node_id',
  'SELECT node_id, multiaddr, last_seen, HEX(addr_hash) FROM address_info ORDER BY node_id, multiaddr',
  'SELECT node_id, network, first_seen, last_seen FROM node_network ORDER BY node_id, network',
  'SELECT * FROM visit_detail ORDER BY crawl_id, node_id, source, attempt'
]

function shuffle<T> (items: T[]): T[] {
  for (let i = items.length - 1; i > 0; i--) {
    const j = Math.floor(Math.random() * (i + 1))
    const held = items[i]!
    items[i] = items[j]!
    items[j] = held
  }

  return items
}
