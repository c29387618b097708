// What researchers ask and metrics cannot answer: versions, protocols, places, churn, sessions. On the tables, by SQL that both MySQL and
// MariaDB take. Times of the tables are shown in the time zone of the session that asks, so panels draw seconds since 1970.
import type { SqlDashboardSpec, SqlPanelSpec } from './grafana/sql-dashboard.ts'

const MANY = 50
const SOME = 12
const CHOSEN = 'network IN (${network:sqlstring})'

// Of the values that crawls counted, the most frequent in the span.
function aggregates (dimension: string): string {
  return `SELECT UNIX_TIMESTAMP(c.started_at) AS time, a.value AS metric, SUM(a.count) AS peers
FROM crawl c
JOIN crawl_aggregate a ON a.scan = c.scan AND a.crawl_id = c.crawl_id AND a.dimension = '${dimension}' AND a.is_other = 0
JOIN (
  SELECT f.value FROM crawl_aggregate f
  JOIN crawl k ON k.scan = f.scan AND k.crawl_id = f.crawl_id
  WHERE f.dimension = '${dimension}' AND f.is_other = 0 AND k.${CHOSEN} AND $__timeFilter(k.started_at)
  GROUP BY f.value ORDER BY SUM(f.count) DESC, f.value LIMIT ${String(SOME)}
) frequent ON frequent.value = a.value
WHERE c.${CHOSEN} AND c.state = 'finished' AND $__timeFilter(c.started_at)
GROUP BY c.started_at, a.value
ORDER BY 1, 2`
}

const NO_CRAWLS = 'No crawl ended in this span'
const NO_PEERS = 'No peer was contacted in this span'

const versions: readonly SqlPanelSpec[] = [
  {
    title: 'Versions over time',
    description: `Peers by agent version, in each crawl that ended; the ${String(SOME)} most frequent ones. Several scans of a network add up.`,
    kind: 'areas',
    unit: 'short',
    sql: aggregates('agent_version'),
    noData: NO_CRAWLS,
    width: 12
  },
  {
    title: 'Versions',
    description: `Peers by the agent version that they told last, of those that were contacted in the span; the ${String(MANY)} most frequent ones.`,
    kind: 'table',
    unit: 'short',
    sql: `SELECT COALESCE(i.agent_version, '') AS agent_version, COUNT(DISTINCT i.node_id) AS peers,
  MIN(i.first_seen) AS first_seen, MAX(i.last_seen) AS last_seen
FROM node_info i
JOIN node_network n ON n.node_id = i.node_id
WHERE n.${CHOSEN} AND $__timeFilter(i.last_seen)
GROUP BY 1
ORDER BY 2 DESC, 1
LIMIT ${String(MANY)}`,
    noData: NO_PEERS,
    width: 12
  },
  {
    title: 'Protocols over time',
    description: `Peers that speak a protocol, in each crawl that ended; the ${String(SOME)} most frequent ones. A peer speaks many.`,
    kind: 'lines',
    unit: 'short',
    sql: aggregates('protocol'),
    noData: NO_CRAWLS,
    width: 12
  },
  {
    title: 'Outcomes over time',
    description: 'Visits by outcome, in each crawl that ended.',
    kind: 'areas',
    unit: 'short',
    sql: aggregates('outcome'),
    noData: NO_CRAWLS,
    width: 12
  }
]

const churn: readonly SqlPanelSpec[] = [
  {
    title: 'Peers that entered and left',
    description: 'Peers by the day of their first contact, and by that of their last one where a later visit found nobody. What retention has removed is missing.',
    kind: 'columns',
    unit: 'short',
    sql: `SELECT UNIX_TIMESTAMP(i.first_seen) DIV 86400 * 86400 AS time, 'entered' AS metric, COUNT(DISTINCT i.node_id) AS peers
FROM node_info i JOIN node_network n ON n.node_id = i.node_id
WHERE n.${CHOSEN} AND $__timeFilter(i.first_seen)
GROUP BY 1
UNION ALL
SELECT UNIX_TIMESTAMP(i.last_seen) DIV 86400 * 86400, 'left', COUNT(DISTINCT i.node_id)
FROM node_info i JOIN node_network n ON n.node_id = i.node_id
WHERE n.${CHOSEN} AND $__timeFilter(i.last_seen) AND i.last_tried > i.last_seen
GROUP BY 1
ORDER BY 1, 2`,
    noData: 'No peer entered or left in this span',
    width: 12
  },
  {
    title: 'Lengths of sessions',
    description: 'Sessions whose start and end were both seen, by length: at least from the first to the last contact, at most between the failed visits around it.',
    kind: 'table',
    unit: 'short',
    sql: `SELECT CASE
  WHEN at_least_s < 600 THEN '1: below 10 min' WHEN at_least_s < 3600 THEN '2: below 1 h' WHEN at_least_s < 21600 THEN '3: below 6 h'
  WHEN at_least_s < 86400 THEN '4: below 1 d' WHEN at_least_s < 604800 THEN '5: below 1 week' ELSE '6: longer' END AS at_least,
  COUNT(*) AS sessions, COUNT(DISTINCT node_id) AS peers, AVG(at_least_s) AS mean_at_least_s, AVG(at_most_s) AS mean_at_most_s
FROM session_detail
WHERE ${CHOSEN} AND is_reported = 1 AND $__timeFilter(last_ok)
GROUP BY 1
ORDER BY 1`,
    noData: 'No session began and ended in what was crawled',
    width: 12
  },
  {
    title: 'Round trips over time',
    description: 'Round-trip times of each crawl that ended: of half, nine tenths and 99 of a hundred contacted peers.',
    kind: 'lines',
    unit: 'ms',
    sql: `SELECT UNIX_TIMESTAMP(c.started_at) AS time, CONCAT(c.scan, ' ', q.name) AS metric,
  CASE q.name WHEN 'p50' THEN c.latency_p50_ms WHEN 'p90' THEN c.latency_p90_ms ELSE c.latency_p99_ms END AS round_trip
FROM crawl c
JOIN (SELECT 'p50' AS name UNION ALL SELECT 'p90' UNION ALL SELECT 'p99') q
WHERE c.${CHOSEN} AND c.state = 'finished' AND $__timeFilter(c.started_at)
ORDER BY 1, 2`,
    noData: NO_CRAWLS,
    width: 12
  },
  {
    title: 'Peers in several networks',
    description: 'Networks that share peers, with how many: networks that merge, or one program that serves both.',
    kind: 'table',
    unit: 'short',
    sql: `SELECT a.network AS one, b.network AS other, COUNT(*) AS peers
FROM node_network a
JOIN node_network b ON b.node_id = a.node_id AND b.network > a.network
WHERE a.${CHOSEN} AND $__timeFilter(a.last_seen) AND $__timeFilter(b.last_seen)
GROUP BY 1, 2
ORDER BY 3 DESC, 1, 2
LIMIT ${String(MANY)}`,
    noData: 'No peer was found in two networks',
    width: 12
  }
]

const places: readonly SqlPanelSpec[] = [
  {
    title: 'Countries over time',
    description: `Peers by country, in each crawl that ended; the ${String(SOME)} most frequent ones. Several scans of a network add up.`,
    kind: 'areas',
    unit: 'short',
    sql: aggregates('country'),
    noData: 'No crawl with place files ended in this span',
    width: 12
  },
  {
    title: 'Autonomous systems',
    description: `Peers by the autonomous system of their last place, of those that were contacted in the span; the ${String(MANY)} most frequent ones.`,
    kind: 'table',
    unit: 'short',
    sql: `SELECT i.asn AS autonomous_system, MIN(i.organisation) AS organisation, MIN(i.cloud) AS cloud, COUNT(DISTINCT i.node_id) AS peers
FROM node_info i
JOIN node_network n ON n.node_id = i.node_id
WHERE n.${CHOSEN} AND $__timeFilter(i.last_seen) AND i.asn IS NOT NULL
GROUP BY 1
ORDER BY 4 DESC, 1
LIMIT ${String(MANY)}`,
    noData: 'No peer with a known place was contacted in this span',
    width: 12
  }
]

/** *Research*: what is in the tables and in no metric. */
export const research: SqlDashboardSpec = {
  uid: 'peerprobe-research',
  title: 'PeerProbe / Research',
  description: 'Versions, protocols, churn and sessions, from the database.',
  from: 'now-30d',
  networksSql: 'SELECT DISTINCT network FROM node_network ORDER BY network',
  panels: [...versions, ...places, ...churn]
}
