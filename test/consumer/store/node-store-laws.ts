// The laws of the NodeStore port: what is stored depends on which messages came, not on how often,
// in which order or in which batches.
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { anyCrawl, anyVisit } from '../../support/consumer/messages.ts'
import { contentsOf } from './node-store-fixture.ts'
import type { StoreBatch } from '../../../consumer/store/model/node-store.ts'
import type { Crawl } from '../../../core/contracts/crawl.ts'
import type { Visit } from '../../../core/contracts/visit.ts'
import type { OpenStore, StoreFixture } from './node-store-fixture.ts'

type Message = { visit: Visit } | { crawl: Crawl }

const anyMessage = fc.oneof({ weight: 4, arbitrary: anyVisit.map((visit): Message => ({ visit })) }, anyCrawl.map((crawl): Message => ({ crawl })))
const anyMessages = fc.array(anyMessage, { minLength: 1, maxLength: 14 })

// Each case: some messages; and the same again in another order, some of them twice, cut into batches elsewhere.
const anyDelivery = anyMessages.chain(messages => fc.record({
  messages: fc.constant(messages),
  again: fc.tuple(fc.shuffledSubarray(messages, { minLength: messages.length }), fc.subarray(messages)).map(([all, some]) => [...some.toReversed(), ...all]),
  batchSize: fc.integer({ min: 1, max: 6 })
}))

function batchesOf (messages: readonly Message[], size: number): StoreBatch[] {
  return Array.from({ length: Math.ceil(messages.length / size) }, (_, i) => {
    const part = messages.slice(i * size, (i + 1) * size)

    return { visits: part.flatMap(message => 'visit' in message ? [message.visit] : []), crawls: part.flatMap(message => 'crawl' in message ? [message.crawl] : []) }
  })
}

async function deliver ({ store }: StoreFixture, batches: readonly StoreBatch[]): Promise<void> {
  for (const batch of batches) {
    await store.write(batch)
  }
}

/** Runs the laws; `open` gives each test an empty store. */
export function nodeStoreLaws (adapter: string, open: OpenStore, { numRuns }: { numRuns: number }): void {
  suite(`NodeStore laws: ${adapter}`, () => {
    test('any order, repetition and batching of the same messages gives the same tables', async () => {
      await fc.assert(fc.asyncProperty(anyDelivery, async ({ messages, again, batchSize }) => {
        await using one = await open()
        await using other = await open()
        await deliver(one, batchesOf(messages, 100))
        await deliver(other, batchesOf(again, batchSize))

        assert.deepEqual(await contentsOf(other), await contentsOf(one))
      }), { numRuns })
    })

    test('a batch twice writes no row the second time', async () => {
      await fc.assert(fc.asyncProperty(anyMessages, async (messages) => {
        await using fixture = await open()
        const [batch] = batchesOf(messages, 100)
        await fixture.store.write(batch!)
        await fixture.clock.advance(1_000)

        assert.deepEqual((await fixture.store.write(batch!)).rows, { visit: 0, node_info: 0, node_network: 0, address_info: 0, crawl: 0 })
      }), { numRuns: Math.ceil(numRuns / 4) })
    })

    test('with coalescing, only address_info.last_seen differs, and by less than the window', async () => {
      const windowMs = 1_200
      await fc.assert(fc.asyncProperty(anyDelivery, async ({ messages, again, batchSize }) => {
        await using exact = await open()
        await using coalescing = await open({ coalesceWindowMs: windowMs })
        await deliver(exact, batchesOf(messages, 100))
        await deliver(coalescing, batchesOf(again, batchSize))
        const { address_info: expected, ...rest } = await contentsOf(exact)
        const { address_info: found, ...restFound } = await contentsOf(coalescing)

        assert.deepEqual(restFound, rest)
        assert.deepEqual(found.map(({ node_id, multiaddr }) => [node_id, multiaddr]), expected.map(({ node_id, multiaddr }) => [node_id, multiaddr]))
        for (const [i, row] of found.entries()) {
          const lagMs = Date.parse(`${String(expected[i]!['last_seen'])}Z`) - Date.parse(`${String(row['last_seen'])}Z`)
          assert.ok(lagMs >= 0 && lagMs < windowMs, String(lagMs))
        }
      }), { numRuns: Math.ceil(numRuns / 4) })
    })
  })
}
