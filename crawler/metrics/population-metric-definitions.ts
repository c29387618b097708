import { DURATIONS_S, oneOf } from '../../core/metrics/metric-definition.ts'
import { AFTER_A_CRAWL, LABELS } from './metric-labels.ts'
import type { MetricDefinition } from '../../core/metrics/metric-definition.ts'

const COVERAGE_KNOWN = 'needs a Census whose coverage is estimable'
const AGENT_FAMILY = { values: 'the families of the network in `networks.yaml`, or other', atMost: 21 }

/** What a crawler exposes of the network that it crawls: of the last crawl that was not aborted, unless it says otherwise. */
export const POPULATION_METRICS = {
  roundTrip: {
    type: 'histogram',
    name: 'peerprobe_crawler_round_trip_seconds',
    unit: 'seconds',
    meaning: 'Least round-trip time of each contacted peer.',
    answers: 'network',
    labels: {},
    buckets: DURATIONS_S
  },
  identified: { type: 'counter', name: 'peerprobe_crawler_identified_total', unit: 'peers', meaning: 'Peers identified.', answers: 'network', labels: { agent_family: AGENT_FAMILY } },
  outcomePeers: {
    type: 'gauge',
    name: 'peerprobe_crawler_population_outcome_peers',
    unit: 'peers',
    meaning: 'Peers of the last crawl by the outcome of their last visit.',
    answers: 'network',
    labels: { outcome: LABELS.outcome },
    onlyWhen: AFTER_A_CRAWL
  },
  agentPeers: {
    type: 'gauge',
    name: 'peerprobe_crawler_population_agent_peers',
    unit: 'peers',
    meaning: 'Peers that the last crawl identified, by the family of their agent.',
    answers: 'network',
    labels: { agent_family: AGENT_FAMILY },
    onlyWhen: AFTER_A_CRAWL
  },
  transportPeers: {
    type: 'gauge',
    name: 'peerprobe_crawler_population_transport_peers',
    unit: 'peers',
    meaning: 'Peers that the last crawl contacted, by what carried the connection.',
    answers: 'network',
    labels: { transport: LABELS.transport },
    onlyWhen: AFTER_A_CRAWL
  },
  listenPeers: {
    type: 'gauge',
    name: 'peerprobe_crawler_population_listen_transport_peers',
    unit: 'peers',
    meaning: 'Peers that the last crawl contacted, by the transports of the addresses that they announce: each counts once for each.',
    answers: 'network',
    labels: { transport: LABELS.transport },
    onlyWhen: AFTER_A_CRAWL
  },
  familyPeers: {
    type: 'gauge',
    name: 'peerprobe_crawler_population_address_family_peers',
    unit: 'peers',
    meaning: 'Peers that the last crawl contacted, by the families of their addresses: each counts once for each.',
    answers: 'network',
    labels: { family: oneOf(['ip4', 'ip6', 'dns', 'dns4', 'dns6', 'dnsaddr', 'other']) },
    onlyWhen: AFTER_A_CRAWL
  },
  otherProtocols: {
    type: 'gauge',
    name: 'peerprobe_crawler_population_other_protocol_peers',
    unit: 'peers',
    meaning: 'Peers that the last crawl contacted and that serve none of the network\'s DHT protocols, but another one.',
    answers: 'network',
    labels: {},
    onlyWhen: AFTER_A_CRAWL
  },
  keyspaceOutlier: {
    type: 'gauge',
    name: 'peerprobe_crawler_population_keyspace_outlier_ratio',
    unit: 'standard deviations',
    meaning: 'By how many standard deviations the fullest part of the key space has more of the contacted peers than a part has on average; chance reaches 5.',
    answers: 'network',
    labels: {},
    onlyWhen: 'needs a crawl that contacted 512 peers'
  },
  coverage: {
    type: 'gauge',
    name: 'peerprobe_crawler_coverage_ratio',
    unit: 'share, 0 to 1',
    meaning: 'Most likely share of the contactable peers in at least two routing tables that the last crawl found, before it asked a sample of its peers for more.',
    answers: 'network',
    labels: {},
    onlyWhen: COVERAGE_KNOWN
  },
  coverageLow: {
    type: 'gauge',
    name: 'peerprobe_crawler_coverage_low_ratio',
    unit: 'share, 0 to 1',
    meaning: 'Lower bound of the 95 % interval of the coverage.',
    answers: 'network',
    labels: {},
    onlyWhen: COVERAGE_KNOWN
  },
  coverageHigh: {
    type: 'gauge',
    name: 'peerprobe_crawler_coverage_high_ratio',
    unit: 'share, 0 to 1',
    meaning: 'Upper bound of the 95 % interval of the coverage.',
    answers: 'network',
    labels: {},
    onlyWhen: COVERAGE_KNOWN
  },
  thirdQuestion: {
    type: 'gauge',
    name: 'peerprobe_crawler_third_question',
    unit: '0 or 1',
    meaning: '1 if the last crawl asked each peer a third question, because an earlier one found less than 99 % of the network.',
    answers: 'network',
    labels: {},
    onlyWhen: AFTER_A_CRAWL
  },
  changed: {
    type: 'gauge',
    name: 'peerprobe_crawler_population_changed_peers',
    unit: 'peers',
    meaning: 'Peers that the last crawl contacted and the one before did not (entered), or the other way round (left).',
    answers: 'network',
    labels: { change: oneOf(['entered', 'left']) },
    onlyWhen: 'absent until two crawls have ended, or one where the peers of an earlier process were kept'
  },
  seen: {
    type: 'gauge',
    name: 'peerprobe_crawler_population_seen_peers',
    unit: 'peers',
    meaning: 'Peers that only the last crawl contacted (active), that only came to the passive node since the process started, the last 20,000 of them (passive), and both.',
    answers: 'network',
    labels: { by: oneOf(['active', 'passive', 'both']) },
    onlyWhen: 'needs a passive node beside the crawls, and a crawl that has ended'
  }
} as const satisfies Record<string, MetricDefinition>
