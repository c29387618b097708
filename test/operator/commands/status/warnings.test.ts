import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { ProbeError } from '../../../../core/errors.ts'
import { eventsOf, readWarnings, warningsOf } from '../../../../operator/commands/status/warnings.ts'
import { probeObject } from '../../../support/cluster/cluster-probe.ts'
import type { KubeObject } from '../../../../operator/runtime/kube-object.ts'

const NOW = Date.parse('2026-11-30T21:00:00Z')
const { signal } = new AbortController()

function event (kind: string, name: string, minutesAgo = 1, more: object = {}): KubeObject {
  return {
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
    metadata: { name: `${name}.1`, namespace: 'lab' },
    regarding: { kind, name, namespace: 'lab' },
    reason: 'Why',
    note: 'because',
    eventTime: new Date(NOW - minutesAgo * 60_000).toISOString(),
    ...more
  }
}

suite('warning events', () => {
  test('are those of the PeerProbe and of its objects, and of no other', () => {
    const own = [event('PeerProbe', 'amino'), event('Pod', 'amino-crawler-main-5d-x'), event('Deployment', 'amino-consumer'), event('Job', 'amino-prepare-12345678'), event('CronJob', 'amino-retention')]
    const others = [event('PeerProbe', 'other'), event('Pod', 'amino'), event('Pod', 'amino-other-1'), event('Pod', 'amino-crawler-mains-1'), { ...event('PeerProbe', 'amino'), regarding: { kind: 'PeerProbe', name: 'amino', namespace: 'x' } }]

    assert.deepEqual(eventsOf(probeObject(), [...others, ...own]).map(({ regarding }) => regarding?.name), own.map(({ metadata }) => metadata.name.replace(/\.1$/, '')))
  })

  test('are the newest five of the last hour, by when they were seen last', () => {
    const series = event('PeerProbe', 'amino', 300, { series: { lastObservedTime: new Date(NOW - 1_000).toISOString() }, reason: 'Again' })
    const legacy = event('PeerProbe', 'amino', 0, { eventTime: null, deprecatedLastTimestamp: new Date(NOW - 2_000).toISOString(), reason: 'Legacy' })
    const events = [event('PeerProbe', 'amino', 61), ...[9, 8, 7, 6].map(minutes => event('PeerProbe', 'amino', minutes)), legacy, series]

    assert.deepEqual(warningsOf(probeObject(), events, NOW)?.map(({ reason }) => reason), ['Again', 'Legacy', 'Why', 'Why', 'Why'])
    assert.deepEqual(warningsOf(probeObject(), events, NOW)?.[0]?.object, 'PeerProbe amino')
    assert.equal(warningsOf(probeObject(), null, NOW), null)
  })

  test('are asked for by their type; who may not list them sees the rest', async () => {
    const paths: string[] = []
    const client = { json: async ({ path, query }: { path: string, query?: Record<string, string> }) => {
      paths.push(`${path} ${query?.['fieldSelector'] ?? ''}`)
      return await Promise.resolve({ items: [event('PeerProbe', 'amino')] })
    } }
    assert.equal((await readWarnings(client, 'lab', signal))?.length, 1)
    assert.deepEqual(paths, ['/apis/events.k8s.io/v1/namespaces/lab/events type=Warning'])
    const failing = (code: 'PP_KUBE_FORBIDDEN' | 'PP_KUBE_UNAVAILABLE'): typeof client => ({ json: async () => await Promise.reject(new ProbeError(code, 'x')) })

    assert.equal(await readWarnings(failing('PP_KUBE_FORBIDDEN'), undefined, signal), null)
    await assert.rejects(readWarnings(failing('PP_KUBE_UNAVAILABLE'), undefined, signal), { code: 'PP_KUBE_UNAVAILABLE' })
  })
})
