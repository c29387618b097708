import { DURATIONS_S, oneOf } from '../../core/metrics/metric-definition.ts'
import { CRAWL_FINDING_CODES } from '../engine/crawl-diagnosis.ts'
import { AFTER_A_CRAWL, LABELS, OUTCOMES_BY_TRANSPORT } from './metric-labels.ts'
import type { MetricDefinition } from '../../core/metrics/metric-definition.ts'

const CRAWL_DURATIONS_S = [1, 5, 15, 30, 60, 120, 300, 600, 1_200, 1_800, 3_600] as const

// Earlier versions had `full` as well; `none` where nothing was tried.
const VISIT_LANES = ['fast', 'quic', 'passive', 'none'] as const
const SIGHTING_SOURCES = ['inbound', 'mdns'] as const

/** What a crawler exposes of its work; what it exposes of the network is in `POPULATION_METRICS`. */
export const CRAWL_METRICS = {
  scanInfo: {
    type: 'gauge',
    name: 'peerprobe_crawler_scan_info',
    unit: 'always 1',
    meaning: 'The network that is crawled, and from where.',
    answers: 'running',
    labels: { network: { values: 'preset or name of the scan\'s network', atMost: 1 }, vantage: { values: 'as the scan says, or empty', atMost: 1 } }
  },
  visits: {
    type: 'counter',
    name: 'peerprobe_crawler_visits_total',
    unit: 'visits',
    meaning: 'Visits that ended.',
    answers: 'working',
    labels: { outcome: LABELS.outcome, lane: oneOf(VISIT_LANES), transport: LABELS.transportOrNone },
    combinations: VISIT_LANES.length * OUTCOMES_BY_TRANSPORT
  },
  dials: { type: 'counter', name: 'peerprobe_crawler_dials_total', unit: 'addresses', meaning: 'Addresses dialled.', answers: 'working', labels: { outcome: LABELS.outcome, transport: LABELS.transport } },
  inFlight: { type: 'gauge', name: 'peerprobe_crawler_visits_in_flight', unit: 'visits', meaning: 'Visits in progress.', answers: 'working', labels: {} },
  slots: {
    type: 'gauge',
    name: 'peerprobe_crawler_visit_slots',
    unit: 'visits',
    meaning: 'Visits that may be in progress: as many as the process can serve, at most the concurrency of the scan; 0 between crawls.',
    answers: 'working',
    labels: {}
  },
  queued: { type: 'gauge', name: 'peerprobe_crawler_frontier_queued_peers', unit: 'peers', meaning: 'Peers that wait to be visited.', answers: 'working', labels: {} },
  running: { type: 'gauge', name: 'peerprobe_crawler_crawl_running', unit: '0 or 1', meaning: '1 during a crawl, 0 between two.', answers: 'working', labels: {} },
  waiting: {
    type: 'gauge',
    name: 'peerprobe_crawler_crawl_waiting',
    unit: '0 or 1',
    meaning: '1 while the crawl takes no new peers, since messages wait to be published or the disk of the message log is nearly full.',
    answers: 'lost',
    labels: {}
  },
  sightings: {
    type: 'counter',
    name: 'peerprobe_crawler_passive_sightings_total',
    unit: 'peers',
    meaning: 'Peers that came to the passive node, or that it found by multicast DNS, once in ten minutes each.',
    answers: 'working',
    labels: { source: oneOf(SIGHTING_SOURCES), transport: LABELS.transportOrNone, outcome: LABELS.outcome },
    combinations: SIGHTING_SOURCES.length * OUTCOMES_BY_TRANSPORT,
    onlyWhen: 'needs a passive node to which somebody came'
  },
  passiveConnections: { type: 'gauge', name: 'peerprobe_crawler_passive_connections', unit: 'connections', meaning: 'Connections of the passive node; 0 without one.', answers: 'working', labels: {} },
  passiveTable: { type: 'gauge', name: 'peerprobe_crawler_passive_routing_table_peers', unit: 'peers', meaning: 'Peers in the routing table of the passive node; 0 without one.', answers: 'working', labels: {} },

  crawls: { type: 'counter', name: 'peerprobe_crawler_crawls_total', unit: 'crawls', meaning: 'Crawls that ended.', answers: 'complete', labels: { end: oneOf(['complete', 'max-duration', 'aborted']) } },
  population: {
    type: 'gauge',
    name: 'peerprobe_crawler_population_peers',
    unit: 'peers',
    meaning: 'Peers of the last crawl. Each state is part of the one before: visited of discovered is how far the crawl came.',
    answers: 'complete',
    labels: { state: oneOf(['discovered', 'visited', 'contacted', 'dht_server']) },
    onlyWhen: AFTER_A_CRAWL
  },
  refusedPeers: {
    type: 'gauge',
    name: 'peerprobe_crawler_last_crawl_refused_peers',
    unit: 'peers',
    meaning: 'Peers that the last crawl did not visit, since they were beyond the limit of one referrer or of the crawl.',
    answers: 'complete',
    labels: {},
    onlyWhen: AFTER_A_CRAWL
  },
  bootstrap: {
    type: 'gauge',
    name: 'peerprobe_crawler_last_crawl_bootstrap_peers',
    unit: 'peers',
    meaning: 'Bootstrap peers that the last crawl contacted: one that lives on the peers of the crawl before does not show that they are gone.',
    answers: 'complete',
    labels: {},
    onlyWhen: 'absent until a crawl of this process has ended'
  },
  confirmations: {
    type: 'counter',
    name: 'peerprobe_crawler_confirmations_total',
    unit: 'visits',
    meaning: 'Visits that checked the failure of a peer that the crawl before had contacted. The share that is contacted shows how many failures say nothing.',
    answers: 'complete',
    labels: { result: oneOf(['contacted', 'failed']) }
  },
  confirmationsLeftOut: {
    type: 'counter',
    name: 'peerprobe_crawler_confirmations_left_out_total',
    unit: 'peers',
    meaning: 'Peers whose failure was not checked as often as intended, since confirmations had their share of the visits or the crawl ended first.',
    answers: 'complete',
    labels: {}
  },
  gonePeers: {
    type: 'gauge',
    name: 'peerprobe_crawler_last_crawl_gone_peers',
    unit: 'peers',
    meaning: 'Peers of earlier crawls that the last crawl looked for in vain and that no peer announced. They are no part of the population.',
    answers: 'complete',
    labels: {},
    onlyWhen: AFTER_A_CRAWL
  },
  finding: {
    type: 'gauge',
    name: 'peerprobe_crawler_last_crawl_finding',
    unit: '0 or 1',
    meaning: '1 where the last crawl was of little use for this reason, by [error code](errors.md).',
    answers: 'complete',
    labels: { code: oneOf(CRAWL_FINDING_CODES) },
    onlyWhen: AFTER_A_CRAWL
  },
  disturbed: {
    type: 'counter',
    name: 'peerprobe_crawler_disturbed_crawls_total',
    unit: 'crawls',
    meaning: 'Crawls that ended and during which the process stood still for more than a second.',
    answers: 'complete',
    labels: {}
  },
  repeated: {
    type: 'counter',
    name: 'peerprobe_crawler_repeated_visits_total',
    unit: 'visits',
    meaning: 'Visits repeated, since the process stood still during the first.',
    answers: 'complete',
    labels: {}
  },
  watchdogCuts: {
    type: 'counter',
    name: 'peerprobe_crawler_watchdog_cuts_total',
    unit: 'visits',
    meaning: 'Visits that outlived their limit and were aborted.',
    answers: 'complete',
    labels: {}
  },
  stalls: {
    type: 'counter',
    name: 'peerprobe_crawler_stalls_total',
    unit: 'times',
    meaning: 'Times that no visit ended for long, and all in progress were aborted.',
    answers: 'complete',
    labels: {}
  },

  interval: { type: 'gauge', name: 'peerprobe_crawler_crawl_interval_seconds', unit: 'seconds', meaning: 'Time from the start of one crawl to that of the next, as the scan says; absent without active discovery.', answers: 'late', labels: {} },
  limit: {
    type: 'gauge',
    name: 'peerprobe_crawler_crawl_limit_seconds',
    unit: 'seconds',
    meaning: 'Longest time that one crawl may take, as the scan says; absent without active discovery.',
    answers: 'late',
    labels: {}
  },
  startedAt: {
    type: 'gauge',
    name: 'peerprobe_crawler_crawl_start_timestamp_seconds',
    unit: 'seconds since 1970',
    meaning: 'When the crawl in progress, or else the last one, began.',
    answers: 'late',
    labels: {},
    onlyWhen: 'absent until the first crawl has begun'
  },
  finishedAt: {
    type: 'gauge',
    name: 'peerprobe_crawler_last_crawl_timestamp_seconds',
    unit: 'seconds since 1970',
    meaning: 'When the last crawl ended that was not aborted.',
    answers: 'late',
    labels: {},
    onlyWhen: AFTER_A_CRAWL
  },
  lastDuration: { type: 'gauge', name: 'peerprobe_crawler_last_crawl_duration_seconds', unit: 'seconds', meaning: 'How long the last crawl took.', answers: 'late', labels: {}, onlyWhen: AFTER_A_CRAWL },

  refusedMessages: {
    type: 'counter',
    name: 'peerprobe_crawler_refused_messages_total',
    unit: 'messages',
    meaning: 'Messages left out, since the topic refuses them as too large.',
    answers: 'lost',
    labels: {}
  },
  outage: { type: 'gauge', name: 'peerprobe_crawler_publisher_outage', unit: '0 or 1', meaning: '1 while the bus takes no messages, 0 otherwise.', answers: 'lost', labels: {} },
  publishRetries: { type: 'counter', name: 'peerprobe_crawler_publish_retries_total', unit: 'attempts', meaning: 'Attempts to publish a batch that failed and were repeated.', answers: 'lost', labels: {} },
  shortened: {
    type: 'counter',
    name: 'peerprobe_crawler_shortened_visits_total',
    unit: 'visits',
    meaning: 'Visits published in short, or not at all, since peers of their subnet or all together said more than a crawl publishes.',
    answers: 'lost',
    labels: { form: oneOf(['short', 'none']) }
  },
  unpublished: {
    type: 'gauge',
    name: 'peerprobe_crawler_last_crawl_unpublished_visits',
    unit: 'visits',
    meaning: 'Visits of the last crawl that contacted nobody and were only counted: there were more of them than a crawl publishes.',
    answers: 'lost',
    labels: {},
    onlyWhen: AFTER_A_CRAWL
  },
  refusedSightings: {
    type: 'counter',
    name: 'peerprobe_crawler_passive_refused_sightings_total',
    unit: 'sightings',
    meaning: 'Sightings that the passive node did not report: there were too many in ten minutes.',
    answers: 'lost',
    labels: {}
  },

  visitSeconds: { type: 'histogram', name: 'peerprobe_crawler_visit_duration_seconds', unit: 'seconds', meaning: 'Duration of visits.', answers: 'time', labels: {}, buckets: DURATIONS_S },
  crawlSeconds: { type: 'histogram', name: 'peerprobe_crawler_crawl_duration_seconds', unit: 'seconds', meaning: 'Duration of crawls.', answers: 'time', labels: {}, buckets: CRAWL_DURATIONS_S },
  publishSeconds: { type: 'histogram', name: 'peerprobe_crawler_publish_duration_seconds', unit: 'seconds', meaning: 'Time until the bus acknowledged a batch.', answers: 'time', labels: {}, buckets: DURATIONS_S },
  published: { type: 'counter', name: 'peerprobe_crawler_messages_published_total', unit: 'messages', meaning: 'Messages that the bus acknowledged.', answers: 'working', labels: {} },
  lostSeconds: {
    type: 'counter',
    name: 'peerprobe_crawler_lost_seconds_total',
    unit: 'seconds',
    meaning: 'Time that the process stood still during crawls: stopped, without CPU time, or asleep with its machine.',
    answers: 'time',
    labels: {}
  },

  bufferedMessages: { type: 'gauge', name: 'peerprobe_crawler_publisher_buffered_messages', unit: 'messages', meaning: 'Messages not acknowledged yet.', answers: 'room', labels: {} },
  bufferedBytes: { type: 'gauge', name: 'peerprobe_crawler_publisher_buffered_bytes', unit: 'bytes', meaning: 'Bytes of messages not acknowledged yet.', answers: 'room', labels: {} },
  mostMessages: { type: 'gauge', name: 'peerprobe_crawler_publisher_buffer_limit_messages', unit: 'messages', meaning: 'From so many buffered messages on, the crawl waits.', answers: 'room', labels: {} },
  mostBytes: { type: 'gauge', name: 'peerprobe_crawler_publisher_buffer_limit_bytes', unit: 'bytes', meaning: 'From so many buffered bytes on, the crawl waits.', answers: 'room', labels: {} }
} as const satisfies Record<string, MetricDefinition>
