import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { durationSecondsOf, summaryLines, unreachableByOutcome } from '../../local/summary.ts'
import type { Crawl, Distribution } from '../../core/contracts/crawl.ts'

const rareAgents = Array.from({ length: 9 }, (_, i) => ({ value: `agent ${String(i)}`, count: 4 }))

const crawl: Crawl = {
  version: 1,
  scan: 'default/amino/main',
  network: 'ipfs',
  crawlId: 1,
  strategy: 'Census',
  state: 'finished',
  startedAt: '2026-01-01T00:00:00.000Z',
  finishedAt: '2026-01-01T00:04:05.000Z',
  totals: {
    discovered: 1_000,
    visited: 1_000,
    contacted: 600,
    dhtServers: 550,
    unpublished: 0,
    refusedPeers: 0,
    outcomes: { ok: 550, identified: 50, timeout: 300, refused: 100 }
  },
  distributions: {
    agentVersions: { top: [{ value: 'kubo/0.36', count: 500 }, { value: '\u001B[2Jevil', count: 60 }, ...rareAgents], other: 4 },
    protocols: { top: [{ value: '/ipfs/kad/1.0.0', count: 550 }], other: 0 },
    transports: { top: [{ value: 'tcp', count: 600 }], other: 0 },
    listenTransports: { top: [{ value: 'tcp', count: 598 }, { value: 'webtransport', count: 300 }], other: 0 },
    addressFamilies: { top: [], other: 0 }
  },
  latencyMs: { p50: 42.25, p90: 180, p99: 900 }
}
const text = summaryLines({ scan: 'main', crawl, database: '/data/my peers/peerprobe.sqlite', queryCommand: sql => `ask "${sql}"`, dump: null, columns: 80 }).join('\n')

suite('summaryLines', () => {
  test('counts the population and gives every failure its reason', () => {
    assert.match(text, /finished in 4 min 05 s \(Census\)/)
    assert.match(text, /discovered +1,000/)
    assert.match(text, /contacted +600 {2}60 % of those discovered/)
    assert.match(text, /not contacted +400/)
    assert.match(text, / {2}timeout +300 {2}No answer in time\./)
    assert.match(text, /p50 42\.3 ms, p90 180\.0 ms, p99 900\.0 ms/)
  })

  test('separates the transports of connections from those that peers announce', () => {
    const { listenTransports, ...before } = crawl.distributions!
    const old = summaryLines({ scan: 'main', crawl: { ...crawl, distributions: before }, database: 'd', queryCommand: sql => sql, dump: null, columns: 80 }).join('\n')

    assert.match(text, /Transports of our connections\n {2}tcp +600 +100 %[^\n]*\n\nTransports that peers announce\n {2}tcp +598 +100 %[^\n]*\n {2}webtransport +300 +50 %/)
    assert.equal(listenTransports?.top.length, 2)
    assert.ok(old.includes('Transports of our connections') && !old.includes('announce'))
  })

  test('shows where peers are, and the files that say so: their licences ask for it', () => {
    const counted = (value: string, count: number): Distribution => ({ top: [{ value, count }], other: 0 })
    const placed = {
      ...crawl.distributions!,
      countries: counted('DE', 300),
      systems: counted('AS24940', 150),
      clouds: counted('Hetzner', 150),
      placeSources: { top: [{ value: 'GeoLite2-ASN 2026-11-28, GeoLite2-Country 2026-11-27', count: 400 }, { value: 'GeoLite2-Country 2026-11-27', count: 100 }, { value: 'evil\u001B[2J', count: 1 }], other: 0 }
    }
    const lines = summaryLines({ scan: 'main', crawl: { ...crawl, distributions: placed }, database: 'd', queryCommand: sql => sql, dump: null, columns: 80 }).join('\n')

    assert.match(lines, /Countries\n {2}DE +300 +50 %/)
    assert.match(lines, /Autonomous systems\n {2}AS24940 +150 +25 %/)
    assert.match(lines, /Clouds\n {2}Hetzner +150 +25 %/)
    assert.match(lines, /Places by GeoLite2-ASN 2026-11-28, GeoLite2-Country 2026-11-27, evil/)
    assert.ok(!lines.includes('\u001B') && !text.includes('Places by'))
  })

  test('shows the error of the round trips, what was confirmed, and whether the crawler stood still', () => {
    const disturbed = { ...crawl, confirmations: 12, confirmationsLeftOut: 3, latencyErrorMs: { p50: 0.5, p90: 2, p99: 12 }, disturbed: true, lostMs: 20_100 }
    const lines = summaryLines({ scan: 'main', crawl: disturbed, database: 'd', queryCommand: sql => sql, dump: null, columns: 80 }).join('\n')

    assert.match(lines, /Round trip {3}p50 42\.3 ms, p90 180\.0 ms, p99 900\.0 ms\n {2}too long by at most p50 0\.5 ms, p90 2\.0 ms, p99 12\.0 ms/)
    assert.match(lines, /Disturbed {4}the crawler stood still for 20\.1 s;/)
    assert.match(lines, /Confirmed {4}12 visits checked failures of peers contacted before; 3 failures were not checked as often as intended/)
    assert.doesNotMatch(text, /too long|Disturbed|Confirmed/)
  })

  test('shows the problem of a crawl in lines that fit, with control characters escaped', () => {
    const problem = { code: 'PP_NO_DHT_SERVER', message: `${'they list '.repeat(30)}/\u001b[2J` }
    const warning = { code: 'PP_OTHER_PROTOCOLS', message: 'some list /other/kad' }
    const lines = summaryLines({ scan: 'main', crawl, problem, warning, database: 'd', queryCommand: sql => sql, dump: null, columns: 80 })

    assert.match(lines.join('\n'), /Problem \(PP_NO_DHT_SERVER\)\n {2}they list [^]*\/\\u\{1b\}\[2J\n\nWarning \(PP_OTHER_PROTOCOLS\)\n {2}some list \/other\/kad\n\n/)
    assert.ok(lines.every(line => line.length <= 100))
    assert.doesNotMatch(text, /Problem|Warning/)
  })

  test('shows who found the peers only with a passive node', () => {
    const both = summaryLines({ scan: 'main', crawl, foundBy: { active: 590, passive: 3, both: 7 }, database: 'd', queryCommand: sql => sql, dump: null, columns: 80 }).join('\n')

    assert.match(both, /Found by\n {2}the crawl alone +590\n {2}passive discovery alone +3\n {2}both +7\n/)
    assert.ok(!text.includes('Found by'))
  })

  test('sums up the values that do not fit into the list', () => {
    assert.match(text, /3 others +16/)
  })

  test('shows agents that differ only at their ends as different rows, as wide as the terminal allows', () => {
    const top = Array.from({ length: 8 }, (_, i) => ({ value: `rust-libp2p/0.57.1 rustnet-plain-ed25519-${String(i)}`, count: 1 }))
    const rowsAt = (columns: number): string[] => summaryLines({
      scan: 'main',
      crawl: { ...crawl, distributions: { ...crawl.distributions!, agentVersions: { top, other: 0 } } },
      database: 'd',
      queryCommand: sql => sql,
      dump: null,
      columns
    }).filter(line => line.startsWith('  rust'))

    assert.ok(top.every(({ value }, i) => rowsAt(120)[i]?.startsWith(`  ${value} `)))
    for (const columns of [40, 60, 80]) {
      assert.equal(new Set(rowsAt(columns)).size, 8)
      assert.ok(rowsAt(columns).every(line => line.length <= columns), String(columns))
    }
  })

  test('keeps a hostile agent string from steering the terminal', () => {
    assert.ok(!text.includes('\u001B'))
    assert.match(text, /\\u\{1b\}\[2Jevil/)
  })

  test('shows the database and suggests a query', () => {
    assert.ok(text.includes('/data/my peers/peerprobe.sqlite'))
    assert.ok(text.includes('  ask "SELECT agent_version'))
  })

  test('says so when the crawl ended without counts', () => {
    const { totals, distributions, ...bare } = crawl
    assert.match(summaryLines({ scan: 'main', crawl: { ...bare, state: 'aborted' }, database: 'x', queryCommand: sql => sql, dump: null, columns: 80 })[0]!, /aborted before it had any counts/)
    assert.ok(totals !== undefined && distributions !== undefined)
  })
})

suite('crawl figures', () => {
  test('unreachable peers are those not contacted, the most frequent outcome first', () => {
    assert.deepEqual(unreachableByOutcome(crawl.totals!), [['timeout', 300], ['refused', 100]])
  })

  test('a crawl without an end has no duration', () => {
    const { finishedAt, ...started } = crawl
    assert.equal(durationSecondsOf(crawl), 245)
    assert.equal(durationSecondsOf(started), 0)
    assert.ok(finishedAt !== undefined)
  })
})
