// The crawlers' part of the pipeline: from the frontier to the bus.
import { crawlerSeries, SCAN_LABELS, SCAN_LEGEND } from './selectors.ts'
import type { PanelGroup, PanelSpec } from './grafana/panel-spec.ts'

const NO_CRAWLER = 'No crawler is scraped'

const byScan = (metric: string): string => `sum by (${SCAN_LABELS}) (${crawlerSeries(metric)})`
const rate = (metric: string): string => `sum by (${SCAN_LABELS}) (rate(${crawlerSeries(metric)}[$__rate_interval]))`

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
    panel('Visits in flight', 'Visits in progress, and how many may be. Below the limit while peers wait: the dials wait for their budget.', 'peerprobe_crawler_visits_in_flight', {
      queries: [
        { expr: byScan('peerprobe_crawler_visits_in_flight'), legend: `${SCAN_LEGEND} in flight` },
        { expr: byScan('peerprobe_crawler_visit_slots'), legend: `${SCAN_LEGEND} at most` }
      ]
    }),
    panel('Peers that wait', 'Peers found in this crawl and not visited yet. It rises, then falls to zero at the end of each crawl.', 'peerprobe_crawler_frontier_queued_peers', {
      queries: [{ expr: byScan('peerprobe_crawler_frontier_queued_peers'), legend: SCAN_LEGEND }]
    }),
    panel('Dials by outcome', 'Addresses dialled per second, by what came of it.', 'peerprobe_crawler_dials_total', {
      kind: 'columns',
      unit: 'ops',
      queries: [{ expr: `sum by (outcome) (rate(${crawlerSeries('peerprobe_crawler_dials_total')}[$__rate_interval])) > 0`, legend: '{{outcome}}' }],
      noData: 'No address was dialled in this span'
    }),
    panel('Duration of visits', 'Half of the visits take no longer than the lower line, 95 of 100 no longer than the upper one.', 'peerprobe_crawler_visit_duration_seconds', {
      unit: 's',
      queries: quantiles('peerprobe_crawler_visit_duration_seconds'),
      noData: 'Nothing was visited in this span'
    }),
    panel('Buffered bytes', 'Bytes of messages that the bus has not acknowledged.', 'peerprobe_crawler_publisher_buffered_bytes', {
      unit: 'bytes',
      queries: [{ expr: byScan('peerprobe_crawler_publisher_buffered_bytes'), legend: SCAN_LEGEND }]
    }),
    panel('Time until the bus acknowledges', 'Half of the batches take no longer than the lower line, 95 of 100 no longer than the upper one.', 'peerprobe_crawler_publish_duration_seconds', {
      unit: 's',
      queries: quantiles('peerprobe_crawler_publish_duration_seconds'),
      noData: 'Nothing was published in this span'
    }),
    panel('Standstill', 'Share of time for which a crawler\'s process stood still during crawls: stopped, without CPU time, or asleep. A crawl that stood still sees fewer peers than there are.', 'peerprobe_crawler_lost_seconds_total', {
      unit: 'percentunit',
      queries: [{ expr: rate('peerprobe_crawler_lost_seconds_total'), legend: SCAN_LEGEND }]
    }),
    panel('Cut, refused, shortened', 'Visits that outlived their limit, messages that the topic refuses as too large, and visits published in short. All are rare on an honest network.', 'peerprobe_crawler_shortened_visits_total', {
      kind: 'columns',
      queries: [
        { expr: `sum(increase(${crawlerSeries('peerprobe_crawler_watchdog_cuts_total')}[$__rate_interval]))`, legend: 'visits cut' },
        { expr: `sum(${crawlerSeries('peerprobe_crawler_refused_messages_total')})`, legend: 'messages refused since the start' },
        { expr: `sum by (form) (increase(${crawlerSeries('peerprobe_crawler_shortened_visits_total')}[$__rate_interval]))`, legend: 'visits {{form}}' }
      ]
    })
  ]
}

function panel (title: string, description: string, metric: string, more: Partial<PanelSpec> & Pick<PanelSpec, 'queries'>): PanelSpec {
  return { title, description, metric, kind: 'lines', unit: 'short', noData: NO_CRAWLER, width: 8, min: 0, ...more }
}

function quantiles (metric: string): PanelSpec['queries'] {
  return [0.5, 0.95].map(share => ({
    expr: `histogram_quantile(${String(share)}, sum by (le) (rate(${crawlerSeries(`${metric}_bucket`)}[$__rate_interval])))`,
    legend: `${String(share * 100)} %`
  }))
}
