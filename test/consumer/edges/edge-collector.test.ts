import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { EdgeCollector } from '../../../consumer/edges/edge-collector.ts'
import { createLogger } from '../../../core/process/logger.ts'
import { batchOf, endOf, tableOf } from '../../support/consumer/neighbours.ts'
import { FakeClock } from '../../support/fake-clock.ts'

suite('EdgeCollector', () => {
  test('takes one batch after the other, also of several partitions, and a failed one stops none', async () => {
    const taken: string[] = []
    let isBroken = true
    const collector = new EdgeCollector({
      clock: new FakeClock(2e12),
      log: createLogger({ level: 'silent' }),
      observer: { read: messages => void taken.push(`read ${String(messages)}`), rejected: () => void taken.push('rejected') },
      files: {
        firstOffset: () => 3,
        closeSilent: async () => { await Promise.resolve(taken.push('silent')) },
        takeEnd: async () => { await Promise.resolve(taken.push('end')) },
        take: async (_, { partition, offset }) => {
          await Promise.resolve()
          if (isBroken) {
            isBroken = false
            throw new TypeError('broken')
          }
          taken.push(`table ${String(partition)}/${String(offset)}`)
        }
      }
    })
    const broken = collector.handle(batchOf([tableOf()]))
    const first = collector.handle(batchOf([tableOf()], { offset: 7 }))
    const second = collector.handle(batchOf([tableOf(), endOf()], { partition: 1, offset: 1 }))

    await assert.rejects(broken, TypeError)
    assert.deepEqual([await first, await second], [3, 3])
    assert.deepEqual(taken, ['read 1', 'read 1', 'table 0/7', 'silent', 'read 2', 'table 1/1', 'end', 'silent'])
    assert.deepEqual([...collector.positions], [[0, 8], [1, 3]])
  })
})
