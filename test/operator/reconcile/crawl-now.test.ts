import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { CRAWL_REQUEST_FILE, CrawlRequest } from '../../../core/contracts/crawl-request.ts'
import { KEY, reconcilerRig as rig } from '../../support/cluster/reconciler-rig.ts'

const { signal } = new AbortController()

suite('the reconciler', () => {
  test('passes a requested crawl to the crawler, and reports its state until it is finished', async () => {
    const requestedAt = '2026-01-01T00:00:00.000Z'
    const { cluster, reconciler, status, converge } = rig({}, { annotations: { 'peerprobe.dev/crawl-now': '2026-01-01T01:00:00+01:00' } })
    await converge()
    const state = (): unknown => (status()['scans'] as { crawlNow?: object }[])[0]?.crawlNow
    const mounted = cluster.store('ConfigMap').get({ namespace: 'lab', name: 'amino-crawler-main' })?.['data'] as Record<string, string>
    assert.deepEqual(CrawlRequest.parse(JSON.parse(mounted[CRAWL_REQUEST_FILE] ?? '')), { requestedAt })
    assert.deepEqual(state(), { requestedAt, state: 'Requested' })

    cluster.put({ apiVersion: 'v1', kind: 'Pod', metadata: { namespace: 'lab', name: 'k-1', labels: { 'app.kubernetes.io/component': 'crawler', 'peerprobe.dev/probe': 'amino', 'peerprobe.dev/scan': 'main' } } })
    const said = { scan: 'lab/amino/main', network: 'ipfs', crawl: null, nextCrawlAt: null, passive: null, publisher: { buffered: 0, acknowledged: 0, lost: 0 }, crawlNow: { requestedAt, crawlId: 9 } }
    const totals = { discovered: 1, visited: 1, contacted: 1, dhtServers: 1, unpublished: 0, refusedPeers: 0, outcomes: {} }
    const ended = { crawlId: 9, state: 'finished', startedAt: requestedAt, finishedAt: requestedAt, durationSeconds: 4, totals, problem: null }
    cluster.answers.set('k-1', { ...said, lastCrawl: { ...ended, crawlId: 8 } })
    assert.deepEqual(await reconciler.reconcile(KEY, signal), { requeueAfterMs: 5_000 })
    assert.deepEqual(state(), { requestedAt, state: 'Running', crawlId: 9 })
    cluster.answers.set('k-1', { ...said, lastCrawl: ended })
    assert.deepEqual(await reconciler.reconcile(KEY, signal), { requeueAfterMs: 20_000 })
    assert.deepEqual(state(), { requestedAt, state: 'Finished', crawlId: 9 })
  })
})
