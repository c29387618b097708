import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { resultJson } from '../../local/result.ts'
import type { Crawl } from '../../core/contracts/crawl.ts'

const none = { top: [], other: 0 }
const crawl: Crawl = {
  version: 1,
  scan: 'default/amino/main',
  network: 'ipfs',
  crawlId: 7,
  strategy: 'Census',
  state: 'finished',
  startedAt: '2026-01-01T00:00:00.000Z',
  finishedAt: '2026-01-01T00:00:12.500Z',
  totals: {
    discovered: 9,
    visited: 9,
    contacted: 5,
    dhtServers: 4,
    unpublished: 0,
    refusedPeers: 0,
    outcomes: { ok: 4, identified: 1, timeout: 3, refused: 1 }
  },
  distributions: { agentVersions: none, protocols: none, transports: none, addressFamilies: none }
}

const files = { store: { sqlite: { path: '/d.sqlite' } }, dump: null, devnet: undefined }

suite('resultJson', () => {
  test('has the first scan at the top level and all of them in scans', () => {
    const scans = [{ scan: 'main', crawl }, { scan: 'other', crawl: { ...crawl, crawlId: 8 } }]
    const result = resultJson({ scans, ...files }) as {
      crawl: { durationSeconds: number, crawlId: number }
      population: { contacted: number, dhtServers: number, unreachable: object }
      scans: { scan: string, crawl: { crawlId: number } }[]
    }

    assert.equal(result.crawl.durationSeconds, 12.5)
    assert.equal(result.population.contacted, 5)
    assert.equal(result.population.dhtServers, 4)
    assert.deepEqual(result.population.unreachable, { timeout: 3, refused: 1 })
    assert.deepEqual(result.scans.map(({ scan, crawl: { crawlId } }) => [scan, crawlId]), [['main', 7], ['other', 8]])
    assert.ok(!('devnet' in result))
  })

  test('reports the problem of a crawl, if there is one', () => {
    const problem = { code: 'PP_NO_DHT_SERVER', message: 'they list /lab/kad' }
    const warning = { code: 'PP_OTHER_PROTOCOLS', message: 'some list /other/kad' }
    const result = resultJson({ scans: [{ scan: 'main', crawl, problem }, { scan: 'other', crawl, warning }], ...files })

    assert.deepEqual(result['problem'], problem)
    assert.partialDeepStrictEqual(result['scans'], [{ scan: 'main', problem }, { scan: 'other', warning }])
    assert.ok(!('warning' in result))
  })

  test('is null if a run ended before any crawl did', () => {
    assert.deepEqual(resultJson({ scans: [], store: { sqlite: { path: '/d.sqlite' } }, dump: null, devnet: undefined }), { crawl: null, population: null, scans: [], database: '/d.sqlite', dump: null })
  })
})
