import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { suite, test } from 'node:test'
import { pino } from 'pino'
import { EmbeddedBus } from '../../../../core/bus/embedded/embedded-bus.ts'
import { isProbeError } from '../../../../core/errors.ts'
import { openDatabase } from '../../../../core/files/sqlite.ts'
import { systemClock } from '../../../../core/time/clock.ts'
import { FakeClock } from '../../../support/fake-clock.ts'
import { TempFolder } from '../../../support/temp-folder.ts'
import { until } from '../../../support/until.ts'
import { eventBusConformance } from '../event-bus-conformance.ts'
import type { IncomingMessage, OutgoingMessage } from '../../../../core/bus/port/event-bus.ts'
import type { ChildProcess } from 'node:child_process'

const { signal } = new AbortController()
const log = pino({ level: 'silent' })
const deps = { log, clock: systemClock }
const quick = { pollMs: 5, heartbeatMs: 20, leaseMs: 400 }
const spec = { name: 'visits', partitions: 3, retentionMs: 3_600_000 }

eventBusConformance('embedded', async () => {
  const folder = new TempFolder()
  const path = folder.file('bus.db')
  const bus = await EmbeddedBus.open(deps, { path, ...quick }, signal)

  const stack = new AsyncDisposableStack()

  return {
    bus,
    stack,
    another: async () => await EmbeddedBus.open(deps, { path, ...quick }, signal),
    [Symbol.asyncDispose]: async () => {
      await stack.disposeAsync()
      await bus[Symbol.asyncDispose]()
      folder[Symbol.dispose]()
    }
  }
})

/** Starts a member or a publisher in a process of its own; it sends IPC messages and works until it is killed. */
function child (role: 'publisher' | 'member', path: string): ChildProcess & Disposable {
  const started = fork(new URL('../embedded-bus-child.ts', import.meta.url), [role, path])

  return Object.assign(started, {
    [Symbol.dispose]: () => {
      started.kill('SIGKILL')
    }
  })
}

suite('EmbeddedBus', () => {
  test('has every message that was acknowledged to a killed publisher, once and without gaps', async () => {
    using folder = new TempFolder()
    const path = folder.file('bus.db')
    await using bus = await EmbeddedBus.open(deps, { path, ...quick }, signal)
    await bus.ensureTopic(spec, signal)
    const acknowledged: string[] = []

    for (let round = 0; round < 2; round++) {
      using publisher = child('publisher', path)
      publisher.on('message', (id) => {
        acknowledged.push(String(id))
      })
      const before = acknowledged.length
      await until('the publisher is in full flow', () => acknowledged.length > before + 100)
      publisher.kill('SIGKILL')
      await once(publisher, 'exit')
    }

    const stored = (await Promise.all([0, 1, 2].map(async partition => await bus.read('visits', partition, 0, 1_000_000)))).flat()
    const values = stored.map(({ value }) => Buffer.from(value).toString())
    assert.deepEqual(acknowledged.filter(id => !values.includes(id)), [])
    assert.equal(new Set(values).size, values.length)
    for (const messages of Map.groupBy(stored, ({ partition }) => partition).values()) {
      assert.deepEqual(messages.map(({ offset }) => offset), messages.map((_, i) => i))
    }
  })

  test('takes over the partitions of a killed member when its lease has run out', async () => {
    using folder = new TempFolder()
    const path = folder.file('bus.db')
    await using bus = await EmbeddedBus.open(deps, { path, ...quick }, signal)
    await bus.ensureTopic(spec, signal)
    using member = child('member', path)
    await once(member, 'message')
    const seen: IncomingMessage[] = []
    await using subscription = await bus.subscribe({ topic: 'visits', group: 'readers', maxMessages: 10 }, async ({ messages }) => {
      seen.push(...messages)
    }, signal)
    await until('both share the work', async () => [1, 2].includes((await subscription.lag()).size))
    member.kill('SIGKILL')
    await until('the survivor reads everything', async () => (await subscription.lag()).size === 3)
    await bus.publish('visits', Array.from({ length: 30 }, (_, i) => ({ key: `k${String(i)}`, value: Buffer.from(String(i)), headers: {} })), signal)
    await until('all messages are there', () => seen.length === 30)
  })

  test('lets several processes publish at the same time without losing or mixing anything', async () => {
    using folder = new TempFolder()
    const path = folder.file('bus.db')
    await using bus = await EmbeddedBus.open(deps, { path, ...quick }, signal)
    await bus.ensureTopic(spec, signal)
    const acknowledged = new Set<string>()
    {
      using a = child('publisher', path)
      using b = child('publisher', path)
      for (const publisher of [a, b]) {
        publisher.on('message', id => acknowledged.add(String(id)))
      }
      await until('both are in full flow', () => acknowledged.size > 200)
    }

    const stored = (await Promise.all([0, 1, 2].map(async partition => await bus.read('visits', partition, 0, 1_000_000)))).flat()
    assert.deepEqual([...acknowledged.difference(new Set(stored.map(({ value }) => Buffer.from(value).toString())))], [])
  })

  test('removes messages by their age alone and says how many an idle group has missed', async () => {
    using folder = new TempFolder()
    const clock = new FakeClock()
    const warnings: unknown[] = []
    const listening = pino({ level: 'warn' }, { write: line => warnings.push(JSON.parse(line)) })
    await using bus = await EmbeddedBus.open({ log: listening, clock }, { path: folder.file('bus.db'), trimIntervalMs: 1_000 }, signal)
    await bus.ensureTopic({ name: 'visits', partitions: 1, retentionMs: 60_000 }, signal)
    const message = (id: string): OutgoingMessage => ({ key: 'k', value: Buffer.from(id), headers: {} })
    await bus.publish('visits', [message('0'), message('1')], signal)
    await using reader = await bus.subscribe({ topic: 'visits', group: 'readers', maxMessages: 10 }, async () => undefined, signal)
    await reader.commit(0, 1)
    await reader[Symbol.asyncDispose]()
    await clock.advance(40_000)
    await bus.publish('visits', [message('2')], signal)
    await clock.advance(30_000)

    assert.deepEqual((await bus.partitions('visits')).map(({ start, next }) => ({ start, next })), [{ start: 2, next: 3 }])
    assert.deepEqual((await bus.read('visits', 0, 0, 10)).map(({ offset }) => offset), [2])
    await using late = await bus.subscribe({ topic: 'visits', group: 'readers', maxMessages: 10 }, async () => undefined, signal)
    assert.deepEqual([...await late.lag()], [[0, 1]])
    assert.equal((warnings.at(-1) as { expired: number }).expired, 1)
  })

  test('keeps an operation waiting while another process writes, and carries it out then', async () => {
    using folder = new TempFolder()
    const path = folder.file('bus.db')
    await using bus = await EmbeddedBus.open(deps, { path, ...quick }, signal)
    await bus.ensureTopic(spec, signal)
    using blocker = openDatabase(path, { busyTimeoutMs: 0 })
    blocker.exec('BEGIN IMMEDIATE')
    const publishing = bus.publish('visits', [{ key: 'a', value: Buffer.from('x'), headers: {} }], signal)
    setImmediate(() => {
      blocker.exec('ROLLBACK')
    })
    await publishing
  })

  test('refuses a message of more than 1 MiB and stores nothing of that call', async () => {
    using folder = new TempFolder()
    await using bus = await EmbeddedBus.open(deps, { path: folder.file('bus.db'), ...quick }, signal)
    await bus.ensureTopic(spec, signal)
    const small = { key: 'a', value: Buffer.from('x'), headers: {} }

    await assert.rejects(bus.publish('visits', [small, { ...small, value: Buffer.alloc(1_048_577) }], signal), err => isProbeError(err, 'PP_MESSAGE_TOO_LARGE'))
    assert.ok((await bus.partitions('visits')).every(({ next }) => next === 0))
  })

  test('names the file when it cannot be opened or is something else', async () => {
    using folder = new TempFolder()
    const foreign = folder.file('store.db')
    openDatabase(foreign, { busyTimeoutMs: 100 }).exec('CREATE TABLE node_info (node_id TEXT)')
    writeFileSync(folder.file('text.db'), 'not a database, but long enough to look at: '.repeat(50))
    const opening = async (path: string): Promise<EmbeddedBus> => await EmbeddedBus.open(deps, { path }, signal)

    await assert.rejects(opening(foreign), err => isProbeError(err, 'PP_CONFIG_INVALID') && err.message.includes(foreign))
    await assert.rejects(opening(folder.file('text.db')), err => isProbeError(err, 'PP_FILE_UNUSABLE'))
    await assert.rejects(opening(folder.file('missing/bus.db')), err => isProbeError(err, 'PP_FILE_UNUSABLE') && err.message.includes('missing/bus.db'))
  })
})
