import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { pino } from 'pino'
import { defined } from '../../../core/defined.ts'
import { ProbeError } from '../../../core/errors.ts'
import { KINDS } from '../../../operator/model/naming/kinds.ts'
import { ObjectStore } from '../../../operator/runtime/object-store.ts'
import { Reflector } from '../../../operator/runtime/reflector.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import type { KubeRequest } from '../../../operator/runtime/kube-client.ts'
import type { KubeObject } from '../../../operator/runtime/kube-object.ts'

const pod = (name: string, version: number): KubeObject => ({ apiVersion: 'v1', kind: 'Pod', metadata: { namespace: 'n', name, resourceVersion: String(version) } })
const event = (type: string, object: KubeObject | object): object => ({ type, object })
const gone = event('ERROR', { kind: 'Status', code: 410, message: 'too old' })

interface Rig {
  clock: FakeClock
  store: ObjectStore
  changes: string[]
  watches: Record<string, string>[]
  run: () => AbortController
  reflector: Reflector
  lists: () => number
}

type Step = object | Error | 'silence' | 'end'

/** An API server that answers lists from its objects and plays one script for each watch. */
function rig (pods: KubeObject[], scripts: Step[][], { failLists = 0, pageSize = 500 } = {}): Rig {
  const clock = new FakeClock()
  const store = new ObjectStore()
  const changes: string[] = []
  const watches: Record<string, string>[] = []
  let lists = 0
  const client = {
    json: async ({ query = {} }: KubeRequest) => {
      if (++lists <= failLists) {
        throw new ProbeError('PP_KUBE_UNAVAILABLE', 'status 500')
      }
      const from = Number(query['continue'] ?? 0)
      const next = from + Number(query['limit'])
      return { metadata: { resourceVersion: '100', ...defined({ continue: next < pods.length ? String(next) : undefined }) }, items: pods.slice(from, next).map(({ metadata }) => ({ metadata })) }
    },
    async* watch (_: string, query: Record<string, string>, __: unknown, signal: AbortSignal): AsyncGenerator {
      watches.push(query)
      for (const step of scripts.shift() ?? ['silence']) {
        if (step === 'silence') {
          await new Promise((_resolve, reject) => {
            signal.addEventListener('abort', () => {
              reject(signal.reason as Error)
            })
          })
        } else if (step instanceof Error) {
          throw step
        } else if (step !== 'end') {
          yield step
        }
      }
    }
  }
  const reflector = new Reflector({ client, clock, log: pino({ level: 'silent' }), store, onChange: ({ metadata: { name } }, change) => changes.push(`${change} ${name}`) }, { kind: KINDS.pod, pageSize })

  return {
    clock,
    store,
    changes,
    watches,
    reflector,
    lists: () => lists,
    run: () => {
      const stop = new AbortController()
      void reflector.run(stop.signal)
      return stop
    }
  }
}

suite('Reflector', () => {
  test('lists in pages, watches from there, and keeps the store equal to the server', async () => {
    const { clock, store, changes, watches, run, reflector, lists } = rig([pod('a', 1), pod('b', 2), pod('c', 3)], [
      [event('MODIFIED', pod('a', 101)), event('ADDED', pod('d', 102)), event('DELETED', pod('b', 103)), event('BOOKMARK', { metadata: { resourceVersion: '110' } }), 'end']
    ], { pageSize: 2 })
    const stop = run()
    await reflector.synced
    await clock.advance(10)

    assert.equal(lists(), 2)
    assert.deepEqual(changes, ['set a', 'set b', 'set c', 'set a', 'set d', 'deleted b'])
    assert.deepEqual(store.all().map(({ kind, metadata: { name } }) => `${kind} ${name}`).sort(), ['Pod a', 'Pod c', 'Pod d'])
    assert.deepEqual(watches.map(({ resourceVersion }) => resourceVersion), ['100', '110'])
    stop.abort()
  })

  test('resumes from the last version after a reset, with growing pauses, without listing again', async () => {
    const { clock, changes, watches, run, lists } = rig([pod('a', 1)], [
      [event('ADDED', pod('b', 105)), new ProbeError('PP_KUBE_UNAVAILABLE', 'reset')],
      [new ProbeError('PP_KUBE_UNAVAILABLE', 'reset')],
      [event('ADDED', pod('c', 106)), 'silence']
    ])
    const stop = run()
    await clock.advance(5_000)

    assert.deepEqual(watches.map(({ resourceVersion }) => resourceVersion), ['100', '105', '105'])
    assert.deepEqual(changes, ['set a', 'set b', 'set c'])
    assert.equal(lists(), 1)
    stop.abort()
  })

  test('lists again if its version has expired, in the stream or as an answer, and reports what was deleted meanwhile', async () => {
    for (const step of [gone, new ProbeError('PP_KUBE_GONE', 'too old')]) {
      const pods = [pod('a', 1), pod('b', 2)]
      const { clock, changes, run, lists } = rig(pods, [[step]])
      const stop = run()
      pods.splice(0, 2, pod('a', 1), pod('c', 3))
      await clock.advance(1_000)

      assert.equal(lists(), 2)
      assert.deepEqual(changes.slice(-2), ['set c', 'deleted b'])
      stop.abort()
    }
  })

  test('stores the answer to a write until the watch delivers something newer; late events undo nothing', async () => {
    const { clock, changes, store, run, reflector } = rig([pod('a', 1)], [
      ['silence'],
      [event('MODIFIED', pod('a', 104)), event('DELETED', pod('b', 104)), event('MODIFIED', pod('b', 120)), 'silence']
    ])
    const versions = (): unknown[] => store.all().map(({ metadata: { name, resourceVersion } }) => `${name} ${resourceVersion ?? ''}`).sort()
    reflector.remember(pod('early', 50))
    const stop = run()
    await clock.advance(10)
    reflector.remember({ ...pod('a', 110), metadata: { ...pod('a', 110).metadata, managedFields: [{}] } })
    reflector.remember(pod('b', 111))
    reflector.remember(pod('gone', 99))
    assert.deepEqual(versions(), ['a 110', 'b 111'])
    assert.equal(store.get({ namespace: 'n', name: 'a' })?.metadata['managedFields'], undefined)
    await clock.advance(200_000)

    assert.deepEqual(versions(), ['a 110', 'b 120'])
    assert.deepEqual(changes, ['set a', 'set b'])
    stop.abort()
  })

  test('treats a silent watch as dead', async () => {
    const { clock, watches, run, reflector } = rig([], [['silence'], ['silence']])
    const stop = run()
    await clock.advance(100_000)
    assert.equal(watches.length, 1)
    assert.equal(reflector.silentMs, 100_000)
    await clock.advance(60_000)

    assert.equal(watches.length, 2)
    stop.abort()
  })

  test('counts as silent how often it may try to reach a server that does not answer', async () => {
    const refused = new ProbeError('PP_KUBE_UNAVAILABLE', 'connect ECONNREFUSED')

    for (const script of [['silence'], [refused], ['end']] satisfies Step[][]) {
      const { clock, run, reflector } = rig([], [...Array<Step[]>(1_000)].map(() => script))
      const stop = run()
      await clock.advance(1_000_000)

      assert.equal(reflector.silentMs, 1_000_000, String(script))
      stop.abort()
    }
  })

  test('waits longer and longer between watches that are refused, or end at once, and starts over once it was told something', async () => {
    for (const step of [new ProbeError('PP_KUBE_UNAVAILABLE', 'connect ECONNREFUSED'), 'end'] satisfies Step[]) {
      const { clock, watches, run } = rig([], [...Array<Step[]>(1_000)].map((_, i) => i === 40 ? [event('ADDED', pod('a', 101)), 'end'] : [step]))
      const stop = run()
      await clock.advance(300_000)
      assert.ok(watches.length > 10 && watches.length < 30, String(watches.length))

      while (watches.length < 42) {
        await clock.advance(500)
      }
      await clock.advance(4_000)
      assert.ok(watches.length >= 45, String(watches.length))
      stop.abort()
    }
  })

  test('retries a failed list until it succeeds', async () => {
    const { clock, changes, run, lists } = rig([pod('a', 1)], [], { failLists: 3 })
    const stop = run()
    await clock.advance(10_000)

    assert.equal(lists(), 4)
    assert.deepEqual(changes, ['set a'])
    stop.abort()
  })
})
