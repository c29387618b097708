import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { ProbeError } from '../../../../core/errors.ts'
import { followObjects } from '../../../../operator/commands/access/follow-objects.ts'
import { waitUntil } from '../../../../operator/commands/access/wait-until.ts'
import { KINDS } from '../../../../operator/model/naming/kinds.ts'
import { probeObject } from '../../../support/cluster/cluster-probe.ts'
import { untilAborted } from '../../../support/until-aborted.ts'
import type { FollowDeps } from '../../../../operator/commands/access/follow-objects.ts'
import type { KubeRequest } from '../../../../operator/runtime/kube-client.ts'
import type { KubeObject } from '../../../../operator/runtime/kube-object.ts'

const { signal } = new AbortController()
const named = (name: string, version: string): KubeObject => probeObject({}, { name, resourceVersion: version })
const instant = { now: () => 0, monotonic: () => 0, after: (_: number, callback: () => void) => {
  setImmediate(callback)
  return { [Symbol.dispose]: () => undefined }
} }

interface Server { deps: FollowDeps, queries: Record<string, string>[] }

// Lists and watches in turn, as they are given: an error is thrown.
function serverOf (lists: readonly (KubeObject[] | Error)[], watches: readonly (object | Error)[][]): Server {
  const queries: Record<string, string>[] = []
  const [nextLists, nextWatches] = [[...lists], [...watches]]
  const client = {
    json: async ({ query = {} }: KubeRequest) => {
      queries.push(query)
      const list = nextLists.shift() ?? []

      if (list instanceof Error) {
        throw list
      }
      return await Promise.resolve({ metadata: { resourceVersion: '7' }, items: list })
    },
    async* watch (_: string, query: Record<string, string>, __: string | undefined, life: AbortSignal) {
      queries.push(query)
      const events = nextWatches.shift()

      for (const event of events ?? []) {
        if (event instanceof Error) {
          throw event
        }
        yield await Promise.resolve(event)
      }
      if (events === undefined) {
        await untilAborted(life)
      }
    }
  }

  return { deps: { client, clock: instant }, queries }
}

suite('followObjects', () => {
  test('yields what there is, and again after each change, by one list and a watch from there on', async () => {
    const { deps, queries } = serverOf([[named('a', '1')]], [[
      { type: 'MODIFIED', object: named('a', '2') },
      { type: 'BOOKMARK', object: named('', '3') },
      { type: 'ADDED', object: named('b', '4') },
      { type: 'DELETED', object: named('a', '5') }
    ]])
    const seen: string[][] = []

    for await (const objects of followObjects(deps, { kind: KINDS.peerProbe, namespace: 'lab', name: 'a' }, signal)) {
      seen.push([...objects].map(([key, { metadata }]) => `${key} ${metadata.resourceVersion ?? ''}`))
      if (seen.length === 4) {
        break
      }
    }

    assert.deepEqual(seen, [['lab/a 1'], ['lab/a 2'], ['lab/a 2', 'lab/b 4'], ['lab/b 4']])
    assert.deepEqual(queries[0], { fieldSelector: 'metadata.name=a' })
    assert.equal(queries[1]?.['resourceVersion'], '7')
    assert.equal(queries[1]['fieldSelector'], 'metadata.name=a')
  })

  test('goes on after broken connections and a watch that is too old, with what was missed', async () => {
    const gone = { type: 'ERROR', object: { code: 410, message: 'too old', metadata: {} } }
    const { deps } = serverOf([[named('a', '1')], new ProbeError('PP_KUBE_UNAVAILABLE', 'reset'), [named('a', '9')], [named('b', '10')]], [[new ProbeError('PP_KUBE_UNAVAILABLE', 'reset')], [gone]])
    const seen: string[] = []

    for await (const objects of followObjects(deps, { kind: KINDS.peerProbe }, signal)) {
      seen.push([...objects.keys()].join())
      if (seen.length === 3) {
        break
      }
    }

    assert.deepEqual(seen, ['lab/a', 'lab/a', 'lab/b'])
  })

  test('reports at once the error of the first request, and later every error that is not temporary', async () => {
    const first = serverOf([new ProbeError('PP_KUBE_UNAVAILABLE', 'no such host')], [])
    await assert.rejects(followObjects(first.deps, { kind: KINDS.peerProbe }, signal).next(), { code: 'PP_KUBE_UNAVAILABLE' })

    const later = serverOf([[named('a', '1')]], [[new ProbeError('PP_KUBE_FORBIDDEN', 'watch')]])
    const objects = followObjects(later.deps, { kind: KINDS.peerProbe }, signal)
    await objects.next()
    await assert.rejects(objects.next(), { code: 'PP_KUBE_FORBIDDEN' })
  })
})

suite('waitUntil', () => {
  test('is true once it holds, and false where it does not in time', async () => {
    const { deps } = serverOf([[named('a', '1')]], [[{ type: 'ADDED', object: named('b', '2') }]])
    assert.equal(await waitUntil(deps, { kind: KINDS.peerProbe, timeoutMs: 60_000, holds: objects => objects.length === 2 }, signal), true)

    const silent = serverOf([[named('a', '1')]], [])
    assert.equal(await waitUntil(silent.deps, { kind: KINDS.peerProbe, timeoutMs: 20, holds: () => false }, signal), false)
  })

  test('ends with the reason of a stop, and with what is thrown on the way', async () => {
    const stop = new AbortController()
    const silent = serverOf([[named('a', '1')]], [])
    const waiting = waitUntil(silent.deps, { kind: KINDS.peerProbe, timeoutMs: 60_000, holds: () => {
      stop.abort()
      return false
    } }, stop.signal)
    await assert.rejects(waiting, { name: 'AbortError' })

    const { deps } = serverOf([[]], [])
    await assert.rejects(waitUntil(deps, { kind: KINDS.peerProbe, timeoutMs: 60_000, holds: () => {
      throw new ProbeError('PP_CONFIG_INVALID', 'gone')
    } }, signal), { code: 'PP_CONFIG_INVALID' })
  })
})
