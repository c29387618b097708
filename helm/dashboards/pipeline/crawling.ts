// The crawlers' part of the pipeline: from the frontier to the bus.
import { crawlerSeries, quantiles, SCAN_LABELS, SCAN_LEGEND } from '../series/selectors.ts'
import type { PanelGroup, PanelSpec } from '../grafana/panel-spec.ts'

const SHARES: readonly [share: number, name: string][] = [[0.5, 'half'], [0.95, '95 of 100']]

const byScan = (metric: string): string => `max by (${SCAN_LABELS}) (${crawlerSeries(metric)})`
const rate = (metric: string): string => `sum by (${SCAN_LABELS}) (rate(${crawlerSeries(metric)}[$__rate_interval]))`
const increase = (metric: string): string => `sum(increase(${crawlerSeries(metric)}[$__rate_interval]))`

/** Crawling and publishing. */
export const crawling: PanelGroup = {
  title: 'Crawlers: visit and publish',
  panels: [
    panel('Visits and messages', 'Visits that end, and messages that the bus acknowledges, per second. The two lines lie on each other while the bus keeps up.', 'peerprobe_crawler_visits_total', {
      unit: 'ops',
      queries: [
        { expr: rate('peerprobe_crawler_visits_total'), legend: `${SCAN_LEGEND} visits` },
        { expr: rate('peerprobe_crawler_messages_published_total'), legend: `${SCAN_LEGEND} messages` }
      ]
    }),
    panel('Visits in flight', 'Visits in progress, and how many may be. Below that while peers wait: dials wait for their budget.', 'peerprobe_crawler_visits_in_flight', {
      queries: [
        { expr: byScan('peerprobe_crawler_visits_in_flight'), legend: `${SCAN_LEGEND} in flight` },
        { expr: byScan('peerprobe_crawler_visit_slots'), legend: `${SCAN_LEGEND} at most` }
      ]
    }),
    panel('Peers that wait', 'Peers found in this crawl and not visited yet. It rises, then falls to zero at the end of each crawl.', 'peerprobe_crawler_frontier_queued_peers', {
      queries: [{ expr: byScan('peerprobe_crawler_frontier_queued_peers'), legend: SCAN_LEGEND }]
    }),
    panel('Crawls in progress', 'When crawls run, and when they take no new peers since messages wait or a disk is nearly full.', 'peerprobe_crawler_crawl_waiting', {
      kind: 'states',
      unit: 'none',
      queries: [{ expr: `${byScan('peerprobe_crawler_crawl_running')} + ${byScan('peerprobe_crawler_crawl_waiting')}`, legend: SCAN_LEGEND }],
      values: [{ value: 0, text: 'none', color: 'text' }, { value: 1, text: 'runs', color: 'green' }, { value: 2, text: 'waits', color: 'orange' }]
    }),
    panel('Dials by outcome', 'Addresses dialled per second, by what came of it.', 'peerprobe_crawler_dials_total', {
      kind: 'columns',
      unit: 'ops',
      queries: [{ expr: `sum by (outcome) (rate(${crawlerSeries('peerprobe_crawler_dials_total')}[$__rate_interval])) > 0`, legend: '{{outcome}}' }],
      noData: 'No address was dialled in this span'
    }),
    panel('Duration of visits', 'Half of the visits, and 95 of 100, take no longer than this.', 'peerprobe_crawler_visit_duration_seconds', {
      unit: 's',
      queries: quantiles(crawlerSeries('peerprobe_crawler_visit_duration_seconds_bucket'), SHARES),
      noData: 'Nothing was visited in this span'
    }),
    panel('Buffered bytes', 'Bytes of messages that the bus has not acknowledged, and from how many on the crawl waits.', 'peerprobe_crawler_publisher_buffered_bytes', {
      unit: 'bytes',
      queries: [
        { expr: byScan('peerprobe_crawler_publisher_buffered_bytes'), legend: SCAN_LEGEND },
        { expr: byScan('peerprobe_crawler_publisher_buffer_limit_bytes'), legend: `${SCAN_LEGEND} at most` }
      ]
    }),
    panel('Time until the bus acknowledges', 'Half of the batches, and 95 of 100, take no longer than this.', 'peerprobe_crawler_publish_duration_seconds', {
      unit: 's',
      queries: quantiles(crawlerSeries('peerprobe_crawler_publish_duration_seconds_bucket'), SHARES),
      noData: 'Nothing was published in this span'
    }),
    panel('Publishing repeated', 'Batches whose publication failed and was repeated, and messages that the topic refuses as too large.', 'peerprobe_crawler_publish_retries_total', {
      kind: 'columns',
      queries: [
        { expr: increase('peerprobe_crawler_publish_retries_total'), legend: 'repeated batches' },
        { expr: increase('peerprobe_crawler_refused_messages_total'), legend: 'refused messages' }
      ]
    }),
    panel('Standstill', 'Share of time for which a crawler stood still during crawls: stopped, without CPU time, or asleep. Such a crawl sees fewer peers than there are.', 'peerprobe_crawler_lost_seconds_total', {
      unit: 'percentunit',
      queries: [{ expr: rate('peerprobe_crawler_lost_seconds_total'), legend: SCAN_LEGEND }]
    }),
    panel('Crawls disturbed', 'Visits that outlived their limit, that were repeated since the process stood still, and times that no visit ended for long; and peers of the last crawl beyond its limits.', 'peerprobe_crawler_watchdog_cuts_total', {
      kind: 'columns',
      queries: [
        { expr: increase('peerprobe_crawler_watchdog_cuts_total'), legend: 'cut' },
        { expr: increase('peerprobe_crawler_repeated_visits_total'), legend: 'repeated' },
        { expr: increase('peerprobe_crawler_stalls_total'), legend: 'stalls' },
        { expr: `sum(${byScan('peerprobe_crawler_last_crawl_refused_peers')})`, legend: 'peers beyond the limits' }
      ]
    }),
    panel('Visits published in short', 'Visits published in short, or not at all, since peers said more than a crawl publishes; and visits of the last crawl that contacted nobody and were only counted.', 'peerprobe_crawler_shortened_visits_total', {
      kind: 'columns',
      queries: [
        { expr: `sum by (form) (increase(${crawlerSeries('peerprobe_crawler_shortened_visits_total')}[$__rate_interval]))`, legend: 'form: {{form}}' },
        { expr: `sum(${byScan('peerprobe_crawler_last_crawl_unpublished_visits')})`, legend: 'only counted' }
      ]
    })
  ]
}

function panel (title: string, description: string, metric: string, more: Partial<PanelSpec> & Pick<PanelSpec, 'queries'>): PanelSpec {
  return { title, description, metric, kind: 'lines', unit: 'short', noData: 'No crawler is scraped', width: 8, min: 0, ...more }
}
