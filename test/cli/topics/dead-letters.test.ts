import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { listDeadLetters, replayDeadLetters } from '../../../cli/topics/dead-letters.ts'
import { message, signal, textOf } from '../../core/bus/event-bus-fixture.ts'
import { openEmbeddedBus } from '../../support/bus/embedded-bus.ts'
import type { EmbeddedBus } from '../../../core/bus/embedded/embedded-bus.ts'

const places = { topic: 'visits', deadLetterTopic: 'visits-dead-letters', group: 'readers' }
const letter = (key: string, offset: number): ReturnType<typeof message> => ({
  ...message(key, `value of ${key}`),
  headers: {
    'ce_type': 'test',
    'peerprobe-topic': 'visits',
    'peerprobe-partition': '2',
    'peerprobe-offset': String(offset),
    'peerprobe-error-code': 'PP_MESSAGE_INVALID',
    'peerprobe-error-message': 'not JSON',
    'peerprobe-attempts': '1',
    'peerprobe-at': '2026-01-31T08:00:00.000Z'
  }
})

async function withLetters (body: (bus: EmbeddedBus) => Promise<void>): Promise<void> {
  await using fixture = await openEmbeddedBus()
  await fixture.bus.ensureTopic({ name: 'visits', partitions: 3, retentionMs: 3_600_000 }, signal)
  await fixture.bus.ensureTopic({ name: 'visits-dead-letters', partitions: 1, retentionMs: 3_600_000 }, signal)
  await fixture.bus.publish('visits-dead-letters', [letter('a', 7), letter('b', 8), message('stranger', 'hello')], signal)
  await body(fixture.bus)
}

suite('dead letters', () => {
  test('are listed with their reasons, as often as one likes; what is none is listed too', async () => {
    await withLetters(async (bus) => {
      for (const limit of [100, 1]) {
        const { rows, total } = await listDeadLetters(bus, places, limit, signal)

        assert.equal(total, 3)
        assert.equal(rows.length, Math.min(3, limit))
        assert.deepEqual(rows[0], { at: '2026-01-31T08:00:00.000Z', source: 'visits/2/7', key: 'a', code: 'PP_MESSAGE_INVALID', reason: 'not JSON' })
      }
      assert.match((await listDeadLetters(bus, places, 100, signal)).rows[2]?.reason ?? '', /^not a dead letter of PeerProbe \(partition 0, offset 2\)/)
    })
  })

  test('are replayed once, as they were, without the reasons', async () => {
    await withLetters(async (bus) => {
      assert.equal(await replayDeadLetters(bus, places, signal), 3)
      assert.equal(await replayDeadLetters(bus, places, signal), 0)
      assert.equal((await listDeadLetters(bus, places, 100, signal)).total, 0)

      const replayed = (await Promise.all([0, 1, 2].map(async partition => await bus.read('visits', partition, 0, 10)))).flat()
      assert.deepEqual(replayed.map(each => [each.key, textOf(each), { ...each.headers }]).sort(), [
        ['a', 'value of a', { ce_type: 'test' }],
        ['b', 'value of b', { ce_type: 'test' }],
        ['stranger', 'hello', { ce_type: 'test' }]
      ])
    })
  })
})
