import { given, listContains } from './record-source.ts'
import type { RecordFilter } from '../../records/record-filter.ts'
import type { RecordDialect } from './record-dialect.ts'
import type { RecordSource } from './record-source.ts'

// A visit starts in its crawl, and no crawl takes longer than `active.maxDuration` may be (480 h). The other hour is for clocks
// that were set back.
const LONGEST_CRAWL_S = 480 * 3_600
const CLOCK_STEP_S = 3_600

// Unlike in the view, every dictionary is joined from the left: no row is missing because another program removed a text.
const JOINS = `LEFT JOIN scan s ON s.scan_id = r.scan_id
LEFT JOIN peer p ON p.peer_id = r.peer_id
LEFT JOIN word w ON w.word_id = r.source_id
LEFT JOIN word o ON o.word_id = r.outcome_id
LEFT JOIN word d ON d.word_id = r.discovery_id
LEFT JOIN word k ON k.word_id = r.lane_id
LEFT JOIN detail t ON t.detail_id = r.detail_id
LEFT JOIN connection c ON c.connection_id = r.connection_id
LEFT JOIN address a ON a.address_id = r.address_id
LEFT JOIN agent g ON g.agent_id = r.agent_id
LEFT JOIN address_set e ON e.address_set_id = r.address_set_id
LEFT JOIN protocol_set l ON l.protocol_set_id = r.protocol_set_id
LEFT JOIN place x ON x.place_id = r.place_id`

/** Visits: a row of `visit` each, with its texts from the dictionaries. */
export const VISIT_SOURCE: RecordSource = {
  table: 'visit',
  key: ['crawl_id', 'scan_id', 'peer_id', 'source_id', 'attempt'],
  joins: JOINS,
  columns: {
    started_at: { sql: 'r.started_at', form: 'epoch-ms' },
    scan: { sql: 's.scan' },
    network: { sql: 's.network' },
    vantage: { sql: 'nullif(s.vantage, \'\')' },
    crawl_id: { sql: 'r.crawl_id' },
    node_id: { sql: 'p.node_id' },
    discovery_type: { sql: 'd.word' },
    source: { sql: 'w.word' },
    attempt: { sql: 'r.attempt' },
    lane: { sql: 'k.word' },
    duration_ms: { sql: 'r.duration_ms' },
    outcome: { sql: 'o.word' },
    detail: { sql: 't.detail' },
    address: { sql: 'a.multiaddr' },
    transport: { sql: 'c.transport' },
    security: { sql: 'nullif(c.security, \'\')' },
    muxer: { sql: 'nullif(c.muxer, \'\')' },
    limited: { sql: 'c.limited' },
    agent_version: { sql: 'nullif(g.agent_version, \'\')' },
    protocol_version: { sql: 'nullif(g.protocol_version, \'\')' },
    protocols: { sql: 'l.protocols' },
    addresses: { sql: 'e.addresses' },
    latency_ms: { sql: 'r.latency_us', form: 'us' },
    queries: { sql: 'r.queries' },
    queries_failed: { sql: 'r.queries_failed' },
    peers_named: { sql: 'r.peers_named' },
    latency_error_ms: { sql: 'r.latency_error_us', form: 'us' },
    country: { sql: 'nullif(x.country, \'\')' },
    asn: { sql: 'nullif(x.asn, 0)' },
    organisation: { sql: 'nullif(x.organisation, \'\')' },
    cloud: { sql: 'nullif(x.cloud, \'\')' },
    place_source: { sql: 'x.source' }
  },
  lists: [],
  narrow: ({ crawlId, sinceMs, untilMs }: RecordFilter) => [
    ...given(crawlId, id => `crawl_id = ${String(id)}`),
    // The number of a crawl narrows more than any time, and also finds visits that claim to be long after their crawl.
    ...given(crawlId === undefined ? sinceMs : undefined, ms => `crawl_id >= ${String(Math.max(0, Math.floor(ms / 1_000) - LONGEST_CRAWL_S - CLOCK_STEP_S))}`),
    ...given(crawlId === undefined ? untilMs : undefined, ms => `crawl_id <= ${String(Math.max(0, Math.ceil(ms / 1_000) + CLOCK_STEP_S))}`)
  ],
  conditions: ({ network, scan, agent, protocol, outcome, country, asn, cloud, sinceMs, untilMs }: RecordFilter, dialect: RecordDialect) => [
    ...given(network, name => `s.network = ${dialect.text(name)}`),
    ...given(scan, name => `s.scan = ${dialect.text(name)}`),
    ...given(agent, text => `instr(g.agent_version, ${dialect.text(text)}) > 0`),
    ...given(protocol, name => listContains('l.protocols', name, dialect)),
    ...given(outcome, word => `o.word = ${dialect.text(word)}`),
    ...given(country, code => `x.country = ${dialect.text(code)}`),
    ...given(asn, number => `x.asn = ${String(number)}`),
    ...given(cloud, name => `x.cloud = ${dialect.text(name)}`),
    ...given(sinceMs, ms => `r.started_at >= ${String(Math.ceil(ms))}`),
    ...given(untilMs, ms => `r.started_at < ${String(Math.ceil(ms))}`)
  ]
}
