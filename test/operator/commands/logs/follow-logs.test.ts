import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { ProbeError } from '../../../../core/errors.ts'
import { followLogs } from '../../../../operator/commands/logs/follow-logs.ts'
import { untilAborted } from '../../../support/until-aborted.ts'
import type { KubeRequest } from '../../../../operator/runtime/kube-client.ts'
import type { KubeObject } from '../../../../operator/runtime/kube-object.ts'

const pod = (name: string, phase = 'Running'): KubeObject => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'lab', uid: name }, status: { phase } })
const instant = { now: () => 0, monotonic: () => 0, after: (_: number, callback: () => void) => {
  setImmediate(callback)
  return { [Symbol.dispose]: () => undefined }
} }

interface Followed { shown: string[], queries: Record<string, string>[] }

// What each reading of a pod's log gives, in turn; then the pod is gone.
async function follow (pods: readonly KubeObject[], logs: Record<string, (string | Error)[]>, lines: number): Promise<Followed> {
  const [shown, queries, stop] = [[] as string[], [] as Record<string, string>[], new AbortController()]
  const client = {
    json: async () => await Promise.resolve({ metadata: {}, items: pods.slice(0, 1) }),
    async* watch (_: string, __: Record<string, string>, ___: string | undefined, life: AbortSignal) {
      yield* pods.slice(1).map(object => ({ type: 'ADDED', object }))
      yield* pods.map(object => ({ type: 'MODIFIED', object }))
      await untilAborted(life)
    },
    async* bytes ({ path, query = {} }: KubeRequest) {
      const name = path.split('/').at(-2) ?? ''
      queries.push({ pod: name, ...query })
      const next = logs[name]?.shift() ?? new ProbeError('PP_KUBE_NOT_FOUND', 'gone')

      if (next instanceof Error) {
        throw next
      }
      yield await Promise.resolve(Buffer.from(next))
    }
  }
  const onLine = (name: string, text: string): void => {
    shown.push(`${name} ${text}`)
    if (shown.length === lines) {
      stop.abort()
    }
  }
  await assert.rejects(followLogs({ client, clock: instant, onLine }, { namespace: 'lab', labelSelector: 'x=y' }, { container: 'peerprobe', tail: 5 }, stop.signal), (err: Error) => {
    if (!stop.signal.aborted) {
      throw err
    }
    return true
  })

  return { shown, queries }
}

suite('followLogs', () => {
  test('shows all pods, those that come later too, waits for a container, goes on after a restart, and shows no line twice', async () => {
    const starting = new ProbeError('PP_KUBE_INVALID', 'container is waiting to start')
    const { shown, queries } = await follow([pod('a'), pod('b')], {
      a: ['2026-11-30T21:00:00.1Z one\n2026-11-30T21:00:00.2Z two\n', '2026-11-30T21:00:00.1Z one\n2026-11-30T21:00:00.2Z two\n2026-11-30T21:00:00.3Z three\n'],
      b: [starting, '2026-11-30T21:00:00Z other\n']
    }, 4)

    assert.deepEqual(shown.toSorted(), ['a one', 'a three', 'a two', 'b other'])
    assert.equal(queries.find(query => query['pod'] === 'a')?.['tailLines'], '5')
    const again = queries.filter(query => query['pod'] === 'a')[1]
    assert.deepEqual([again?.['sinceTime'], again?.['tailLines']], ['2026-11-30T21:00:00.200000000Z', undefined])
  })

  test('reads a pod that has ended once', async () => {
    const { shown, queries } = await follow([pod('job', 'Succeeded'), pod('b')], { job: ['2026-11-30T21:00:00Z done\n', '2026-11-30T21:00:01Z twice\n'], b: ['2026-11-30T21:00:00Z x\n', '2026-11-30T21:00:02Z y\n'] }, 3)

    assert.deepEqual(shown.toSorted(), ['b x', 'b y', 'job done'])
    assert.equal(queries.filter(query => query['pod'] === 'job').length, 1)
  })

  test('ends with a missing right, and with more pods than a person reads', async () => {
    await assert.rejects(follow([pod('a')], { a: [new ProbeError('PP_KUBE_FORBIDDEN', 'pods/log')] }, 9), { code: 'PP_KUBE_FORBIDDEN' })
    await assert.rejects(follow(Array.from({ length: 65 }, (_, i) => pod(`p-${String(i)}`)), {}, 9), { code: 'PP_CONFIG_INVALID', message: /choose with --scan or --consumers/ })
  })
})
