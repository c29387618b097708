import fc from 'fast-check'
import { Crawl } from '../../../core/contracts/crawl.ts'
import { SOURCES, Visit, visitIdOf } from '../../../core/contracts/visit.ts'
import { defined } from '../../../core/defined.ts'
import type { Outcome } from '../../../core/contracts/outcome.ts'
import type { z } from 'zod'

/** Start of the first crawl of the tests, in epoch seconds. */
export const CRAWL_ID = Date.UTC(2026, 0, 1) / 1_000

export const PEERS = ['QmPeerAaaaaaaa', 'QmPeerBbbbbbbb', 'QmPeerCccccccc'] as const

const isoOf = (ms: number): string => new Date(ms).toISOString()

/** A valid visit: reached, identified and answering unless said otherwise. */
export function visitOf (overrides: Partial<z.input<typeof Visit>> = {}): Visit {
  const key = { scan: 'default/probe/main', crawlId: CRAWL_ID, attempt: 1, nodeId: PEERS[0], source: 'routing-table' as const, ...overrides }

  return Visit.parse({
    version: 1,
    network: 'ipfs',
    discoveryType: 'active',
    startedAt: isoOf(key.crawlId * 1_000 + 1_000),
    durationMs: 120,
    outcome: 'ok',
    addresses: ['/ip4/192.0.2.1/tcp/4001'],
    attempts: [{ address: '/ip4/192.0.2.1/tcp/4001', outcome: 'ok', durationMs: 100 }],
    connection: { address: '/ip4/192.0.2.1/tcp/4001', transport: 'tcp', security: '/noise', muxer: '/yamux/1.0.0' },
    identify: { protocolVersion: 'ipfs/0.1.0', agentVersion: 'kubo/0.30.0', protocols: ['/ipfs/id/1.0.0', '/ipfs/kad/1.0.0'], listenAddresses: ['/ip4/192.0.2.1/tcp/4001', '/ip4/192.0.2.1/udp/4001/quic-v1'] },
    latencyMs: 42.5,
    latencyErrorMs: 1.25,
    ...overrides,
    ...key,
    visitId: visitIdOf(key)
  } satisfies z.input<typeof Visit>)
}

/** A valid visit that did not reach its peer. */
export function failedVisitOf (overrides: Partial<z.input<typeof Visit>> = {}): Visit {
  return visitOf({ outcome: 'timeout', connection: undefined, identify: undefined, latencyMs: undefined, latencyErrorMs: undefined, ...overrides })
}

/** The same distribution in all dimensions. */
export function distributionsOf (top: { value: string, count: number }[], other: number): NonNullable<Crawl['distributions']> {
  const distribution = { top, other }

  return { agentVersions: distribution, protocols: distribution, transports: distribution, listenTransports: distribution, addressFamilies: distribution }
}

/** A valid crawl message. */
export function crawlOf (overrides: Partial<z.input<typeof Crawl>> = {}): Crawl {
  const { crawlId = CRAWL_ID, state = 'finished' } = overrides

  return Crawl.parse({
    version: 1,
    scan: 'default/probe/main',
    network: 'ipfs',
    strategy: 'Census',
    startedAt: isoOf(crawlId * 1_000),
    ...defined(state === 'started'
      ? {}
      : {
          finishedAt: isoOf(crawlId * 1_000 + 60_000),
          totals: { discovered: 10, visited: 9, contacted: 6, dhtServers: 5, unpublished: 0, refusedPeers: 0, outcomes: { ok: 5, identified: 1, timeout: 3 } },
          distributions: distributionsOf([{ value: 'kubo/0.30.0', count: 2 }, { value: 'go-ipfs', count: 1 }], 3),
          latencyMs: { p50: 10, p90: 20.5, p99: 30 },
          latencyErrorMs: { p50: 0.5, p90: 2, p99: 4 },
          disturbed: true,
          lostMs: 20_100.5,
          coverage: { share: 0.985, low: 0.95, high: 0.99, mentioned: 1_900, found: 1_890, sampled: 200, questions: 198 },
          thirdQuestion: true,
          confirmations: 7,
          confirmationsLeftOut: 2,
          gonePeers: 3
        }),
    ...overrides,
    crawlId,
    state
  } satisfies z.input<typeof Crawl>)
}

const hostileText = fc.oneof(fc.constantFrom('kubo/0.30.0', 'go-ipfs', '', '\0', '￿', '😀'), fc.string({ unit: 'binary', maxLength: 8 }), fc.string({ minLength: 70, maxLength: 300 }))
const multiaddr = fc.constantFrom('/ip4/192.0.2.1/tcp/4001', '/ip4/192.0.2.2/tcp/4001', '/dns4/x/tcp/1', `/ip4/192.0.2.1/tcp/4001/p2p/${PEERS[0]}`)

/**
 * Visits of few peers in few crawls at few times, so that everything that can collide does: the same
 * visit with another content, equal times with different values, contradictions of outcome and parts.
 */
export const anyVisit: fc.Arbitrary<Visit> = fc.record({
  nodeId: fc.constantFrom(...PEERS),
  crawlId: fc.constantFrom(CRAWL_ID, CRAWL_ID + 600),
  network: fc.constantFrom('ipfs', 'filecoin'),
  attempt: fc.constantFrom(1, 2),
  source: fc.constantFrom(...SOURCES.slice(0, 2)),
  discoveryType: fc.constantFrom('active' as const, 'passive' as const),
  startedAt: fc.integer({ min: 0, max: 4 }).map(n => isoOf(CRAWL_ID * 1_000 + n * 500)),
  durationMs: fc.constantFrom(1, 2),
  outcome: fc.constantFrom<Outcome[]>('ok', 'identified', 'connected', 'refused', 'timeout'),
  latencyMs: fc.option(fc.constantFrom(1.5, 20), { nil: undefined }),
  latencyErrorMs: fc.option(fc.constantFrom(0.5, 1), { nil: undefined }),
  detail: fc.option(hostileText, { nil: undefined }),
  connection: fc.option(fc.record({ address: multiaddr, transport: fc.constantFrom('tcp' as const, 'quic-v1' as const), limited: fc.boolean() }), { nil: undefined }),
  place: fc.option(fc.record({
    country: fc.constantFrom('DE', 'unknown'),
    asn: fc.option(fc.constantFrom(1, 24940), { nil: undefined }),
    organisation: fc.option(hostileText.map(text => text.slice(0, 128)), { nil: undefined }),
    source: fc.constantFrom('', 'Lab 2026-11-28')
  }), { nil: undefined }),
  identify: fc.option(fc.record({
    agentVersion: fc.option(hostileText, { nil: undefined }),
    protocolVersion: fc.option(hostileText, { nil: undefined }),
    protocols: fc.array(fc.constantFrom('/a/1', '/b/1', '/c/1'), { maxLength: 3 }),
    listenAddresses: fc.array(multiaddr, { maxLength: 3 })
  }), { nil: undefined })
}).map(overrides => visitOf(overrides))

/** Crawl messages of three crawls of two scans, contradicting each other. */
export const anyCrawl: fc.Arbitrary<Crawl> = fc.record({
  scan: fc.constantFrom('default/probe/main', 'default/probe/other'),
  crawlId: fc.constantFrom(CRAWL_ID, CRAWL_ID + 600, CRAWL_ID + 1_200),
  state: fc.constantFrom('started' as const, 'aborted' as const, 'finished' as const),
  network: fc.constantFrom('ipfs', 'filecoin')
}).map(overrides => crawlOf(overrides))
