import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { statSync } from 'node:fs'
import { suite, test } from 'node:test'
import { EmbeddedGroup } from '../../../../core/bus/embedded/embedded-group.ts'
import { EmbeddedLog } from '../../../../core/bus/embedded/embedded-log.ts'
import { trimLog } from '../../../../core/bus/embedded/embedded-trim.ts'
import { isProbeError } from '../../../../core/errors.ts'
import { TempFolder } from '../../../support/temp-folder.ts'
import type { TrimLimits } from '../../../../core/bus/embedded/embedded-trim.ts'
import type { OutgoingMessage } from '../../../../core/bus/port/event-bus.ts'

const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE
const KEEP = 10 * MINUTE

/** Messages that cannot be compressed. */
const messages = (count: number, bytes = 10): OutgoingMessage[] => Array.from({ length: count }, () => ({ key: 'k', value: randomBytes(bytes), headers: {} }))

interface Opened extends Disposable {
  log: EmbeddedLog
  group: (name: string) => EmbeddedGroup

  /** The oldest offset and the next one. */
  held: () => [number, number]

  trim: (nowMs: number) => void
}

function open (limits: Partial<TrimLimits> = {}): Opened {
  const log = EmbeddedLog.open(':memory:', { keepCommittedMs: KEEP, ...limits })
  log.ensureTopic({ name: 't', partitions: 1, retentionMs: 7 * DAY })

  return {
    log,
    group: group => new EmbeddedGroup(log, { group, topicId: log.topicId('t'), memberId: group, leaseMs: 1_000 }),
    held: () => log.partitions(log.topicId('t')).map(({ start, next }): [number, number] => [start, next])[0]!,
    trim: (nowMs) => {
      while (log.trim(nowMs) > 0) { ; }
    },
    [Symbol.dispose]: () => {
      log[Symbol.dispose]()
    }
  }
}

suite('the embedded log', () => {
  test('keeps what a group has not committed, and for some minutes what all have', () => {
    using opened = open()
    const [first, second] = [opened.group('first'), opened.group('second')]
    first.beat(0)
    second.beat(0)
    for (let i = 0; i < 10; i++) {
      opened.log.append('t', messages(10), i)
    }
    first.commit(1, 100)
    opened.trim(DAY - 1)
    assert.deepEqual(opened.held(), [0, 100])
    second.commit(1, 55)
    opened.trim(KEEP)
    assert.deepEqual(opened.held(), [0, 100])
    // Whole batches alone: 55 lies in the sixth.
    opened.trim(KEEP + 20)
    assert.deepEqual(opened.held(), [50, 100])
    second.commit(1, 100)
    opened.trim(KEEP + 20)
    assert.deepEqual(opened.held(), [100, 100])
  })

  test('keeps everything while a group that is there has committed nothing, or no group has come yet', () => {
    using opened = open()
    opened.log.append('t', messages(10), 0)
    opened.trim(DAY)
    opened.group('late').beat(DAY)
    opened.trim(DAY + KEEP)

    assert.deepEqual(opened.held(), [0, 10])
  })

  test('forgets a group that was not seen for a day, and what is older than the retention', () => {
    using opened = open()
    opened.group('renamed').beat(0)
    opened.log.append('t', messages(10), 0)
    const group = opened.group('present')
    group.beat(DAY + 1)
    group.commit(1, 10)
    opened.log.append('t', messages(5), DAY)
    opened.trim(DAY + 1)
    assert.deepEqual(opened.held(), [10, 15])
    opened.trim(8 * DAY + 1)
    assert.deepEqual(opened.held(), [15, 15])
  })

  test('is full where a group waits for all that it holds, and takes messages again once that is committed', () => {
    using opened = open({ maxBytes: 100_000 })
    const group = opened.group('readers')
    group.beat(0)
    const publish = (): void => {
      const batch = messages(10, 3_000)
      opened.log.makeRoom('t', batch, 1)
      opened.log.append('t', batch, 1)
    }
    for (let i = 0; i < 3; i++) {
      publish()
    }

    assert.throws(publish, err => isProbeError(err, 'PP_BUS_UNAVAILABLE') && err.message.includes('bus.embedded.maxBytes'))
    assert.deepEqual(opened.held(), [0, 30])
    group.commit(1, 10)
    publish()
    assert.deepEqual(opened.held(), [10, 40])
  })

  test('lets the oldest go where nobody reads, as of dead letters, and counts what it holds', () => {
    using opened = open({ maxBytes: 100_000 })
    for (let i = 0; i < 100; i++) {
      const batch = messages(10, 1_000)
      opened.log.makeRoom('t', batch, i)
      opened.log.append('t', batch, i)
    }
    const [start, next] = opened.held()
    const [partition] = opened.log.partitions(opened.log.topicId('t'))

    assert.equal(next, 1_000)
    assert.ok(next - start >= 70 && next - start <= 100, String(next - start))
    assert.equal(partition?.storedBytes, opened.log.database.prepare('SELECT sum(length(payload)) AS n FROM message_batch').get()?.['n'])
    assert.equal(trimLog(opened.log.database, 0, { maxBytes: 1, keepCommittedMs: 0 }) > 0, true)
  })

  test('gives the room of what it removed back to the disk', () => {
    using folder = new TempFolder()
    const path = folder.file('bus.sqlite')
    const log = EmbeddedLog.open(path, { keepCommittedMs: 0 })
    log.ensureTopic({ name: 't', partitions: 1, retentionMs: DAY })
    const group = new EmbeddedGroup(log, { group: 'g', topicId: log.topicId('t'), memberId: 'm', leaseMs: 1 })
    group.beat(0)
    for (let i = 0; i < 100; i++) {
      log.append('t', messages(100, 1_000), 0)
    }
    log.database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
    const before = statSync(path).size
    group.commit(1, 10_000)
    for (let i = 0; i < 20; i++) {
      log.trim(1)
    }
    log.database.exec('PRAGMA incremental_vacuum; PRAGMA wal_checkpoint(TRUNCATE)')
    log[Symbol.dispose]()

    assert.ok(before > 9_000_000)
    assert.ok(statSync(path).size < before / 10)
  })
})
