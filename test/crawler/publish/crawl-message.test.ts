import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { Crawl, CRAWL_TYPE } from '../../../core/contracts/crawl.ts'
import { MESSAGE_LIMITS } from '../../../core/contracts/visit.ts'
import { crawlEndedMessage, crawlStartedMessage } from '../../../crawler/publish/crawl-message.ts'
import { crawlReport } from '../../support/network/crawl-report.ts'
import type { OutgoingMessage } from '../../../core/bus/port/event-bus.ts'
import type { CrawlReport } from '../../../crawler/engine/crawl-report.ts'

const CONTEXT = { scan: 'default/probe/main', network: 'ipfs' }
const NONE = { top: [], other: 0 }
const report = (change: Partial<CrawlReport> = {}): CrawlReport => crawlReport({
  crawlId: 1_767_225_600,
  startedAtMs: Date.UTC(2026, 0, 1),
  finishedAtMs: Date.UTC(2026, 0, 1, 0, 5),
  totals: { discovered: 3, visited: 2, contacted: 1, dhtServers: 1, unpublished: 0, refusedPeers: 0, outcomes: { ok: 1, timeout: 1 } },
  distributions: { agentVersions: { top: [{ value: 'kubo', count: 1 }], other: 0 }, protocols: NONE, transports: NONE, addressFamilies: NONE },
  kad: { spoken: ['/lab/kad/1.0.0'], answering: 1, others: { wide: 0, counts: [] } },
  thirdQuestion: true,
  coverage: { share: 0.97, low: 0.94, high: 0.99, mentioned: 40, found: 39, sampled: 200, questions: 190 },
  confirmations: 3,
  confirmationsLeftOut: 2,
  gonePeers: 1,
  latencyMs: { p50: 20.000_04, p90: 30, p99: 1e12 },
  ...change
})
const parse = ({ value }: OutgoingMessage): Crawl => Crawl.parse(JSON.parse(Buffer.from(value).toString()))

suite('crawl messages', () => {
  test('contain the start of a crawl, without its end', () => {
    assert.deepEqual(parse(crawlStartedMessage(report(), CONTEXT)), {
      version: 1,
      ...CONTEXT,
      crawlId: 1_767_225_600,
      strategy: 'Census',
      state: 'started',
      startedAt: '2026-01-01T00:00:00.000Z'
    })
  })

  test('contain the results of a crawl at its end', () => {
    const { totals, distributions } = report()

    assert.deepEqual(parse(crawlEndedMessage(report(), CONTEXT)), {
      version: 1,
      ...CONTEXT,
      crawlId: 1_767_225_600,
      strategy: 'Census',
      state: 'finished',
      startedAt: '2026-01-01T00:00:00.000Z',
      finishedAt: '2026-01-01T00:05:00.000Z',
      disturbed: false,
      thirdQuestion: true,
      coverage: { share: 0.97, low: 0.94, high: 0.99, mentioned: 40, found: 39, sampled: 200, questions: 190 },
      confirmations: 3,
      confirmationsLeftOut: 2,
      gonePeers: 1,
      lostMs: 0,
      totals,
      distributions,
      latencyMs: { p50: 20, p90: 30, p99: 86_400_000 }
    })
  })

  test('say why there is no coverage, and then contain no number', () => {
    const { coverage, coverageGap } = parse(crawlEndedMessage({ ...crawlReport({}), coverageGap: 'too-few' }, CONTEXT))

    assert.deepEqual([coverage, coverageGap], [undefined, 'too-few'])
  })

  test('report that a crawl was disturbed, and how much time it lost', () => {
    const { disturbed, lostMs } = parse(crawlEndedMessage(report({ lostMs: 20_100.000_4, standstills: 1 }), CONTEXT))

    assert.deepEqual([disturbed, lostMs], [true, 20_100])
  })

  test('report the problem of a crawl', () => {
    const kad = { spoken: ['/guess/kad'], answering: 0, others: { wide: 1, counts: [{ protocol: '/lab/kad', peers: 1 }] } }
    const served = report()

    assert.equal(parse(crawlEndedMessage({ ...served, kad, totals: { ...served.totals, contacted: 1, dhtServers: 0 } }, CONTEXT)).problem?.code, 'PP_NO_DHT_SERVER')
    assert.equal(parse(crawlEndedMessage({ ...served, kad, totals: { ...served.totals, contacted: 2, dhtServers: 1 } }, CONTEXT)).warning?.code, 'PP_OTHER_PROTOCOLS')
  })

  test('have the state aborted only if the process stopped the crawl', () => {
    const states = (['complete', 'max-duration', 'aborted'] as const).map(end => parse(crawlEndedMessage(report({ end }), CONTEXT)).state)

    assert.deepEqual(states, ['finished', 'finished', 'aborted'])
  })

  test('are keyed by the scan and have an id for each crawl and state', () => {
    const messages = [crawlStartedMessage(report(), CONTEXT), crawlEndedMessage(report(), CONTEXT)]

    assert.deepEqual(messages.map(({ key, headers }) => [key, headers['ce_id'], headers['ce_type']]), [
      [CONTEXT.scan, '1767225600-started', CRAWL_TYPE],
      [CONTEXT.scan, '1767225600-finished', CRAWL_TYPE]
    ])
  })

  test('stay below 64 kB by adding rare values to the rest, and lose no count', () => {
    const hostile = { top: Array.from({ length: 200 }, (_, i) => ({ value: `${String(i)}${'節'.repeat(250)}`, count: 400 - i })), other: 5 }
    const all = { agentVersions: hostile, protocols: hostile, transports: NONE, addressFamilies: NONE }
    const message = crawlEndedMessage(report({ distributions: all }), CONTEXT)
    const { distributions } = parse(message)
    const sum = ({ top, other }: typeof hostile): number => top.reduce((total, { count }) => total + count, other)

    assert.ok(message.value.length <= MESSAGE_LIMITS.bytes)
    assert.equal(sum(distributions!.agentVersions), sum(hostile))
    assert.ok(distributions!.protocols.top.length > 10)
  })
})
