// The PeerProbes as the operator knows them.
import { RESOURCE_LABELS, RESOURCE_LEGEND, resourceSeries, SCAN_MATCHER } from './series/selectors.ts'
import type { PanelGroup, PanelSpec } from './grafana/panel-spec.ts'

const NO_PROBE = 'There is no PeerProbe, or no operator leads'
const CONDITION = 'peerprobe_operator_condition'
const RETENTION = 'peerprobe_operator_retention_timestamp_seconds'

const ofResource = (metric: string): string => `max by (${RESOURCE_LABELS}) (${resourceSeries(metric)})`
const ofScan = (metric: string, ...more: string[]): string => `max by (${RESOURCE_LABELS}, scan) (${resourceSeries(metric, SCAN_MATCHER, ...more)})`

/** Their conditions, crawls and lag. */
export const probes: PanelGroup = {
  title: 'PeerProbes',
  panels: [
    panel('Ready over time', 'Which PeerProbes are ready. What the others lack is in the table, and in `kubectl peerprobe status`.', CONDITION, {
      kind: 'states',
      unit: 'none',
      queries: [{ expr: `max by (${RESOURCE_LABELS}) (${resourceSeries(CONDITION, 'type="Ready"', 'status="True"')})`, legend: RESOURCE_LEGEND }],
      values: [{ value: 0, text: 'not ready', color: 'red' }, { value: 1, text: 'ready', color: 'green' }],
      width: 12
    }),
    panel('Conditions', 'All conditions of the PeerProbes as they are now.', CONDITION, {
      kind: 'table',
      unit: 'none',
      queries: [{ expr: `max by (${RESOURCE_LABELS}, type, status) (${resourceSeries(CONDITION)}) == 1`, legend: '' }],
      width: 12
    }),
    panel('Contacted peers', 'Peers that the last crawl of each scan contacted.', 'peerprobe_operator_peers', {
      queries: [{ expr: ofScan('peerprobe_operator_peers', 'state="contacted"'), legend: `${RESOURCE_LEGEND}/{{scan}}` }],
      noData: 'No crawl has ended yet'
    }),
    panel('Since the last crawl', 'Time since the last crawl of each scan ended. A line that grows beyond the scan\'s interval is a crawl that does not end.', 'peerprobe_operator_last_crawl_timestamp_seconds', {
      unit: 's',
      queries: [{ expr: `time() - ${ofScan('peerprobe_operator_last_crawl_timestamp_seconds')}`, legend: `${RESOURCE_LEGEND}/{{scan}}` }],
      noData: 'No crawl has ended yet'
    }),
    panel('Lag', 'Messages that wait for the consumers of each PeerProbe, rounded up to a power of ten.', 'peerprobe_operator_lag_messages', {
      queries: [{ expr: ofResource('peerprobe_operator_lag_messages'), legend: RESOURCE_LEGEND }],
      noData: 'No consumer has answered the operator'
    }),
    panel('Crawlers', 'Scans whose crawler is ready, and scans that there should be.', 'peerprobe_operator_scans_ready', {
      queries: [
        { expr: ofResource('peerprobe_operator_scans_ready'), legend: `${RESOURCE_LEGEND} ready` },
        { expr: ofResource('peerprobe_operator_scans_wanted'), legend: `${RESOURCE_LEGEND} wanted` }
      ]
    }),
    panel('Consumers', 'Consumers that are ready, and consumers that there should be.', 'peerprobe_operator_consumers_ready', {
      queries: [
        { expr: ofResource('peerprobe_operator_consumers_ready'), legend: `${RESOURCE_LEGEND} ready` },
        { expr: ofResource('peerprobe_operator_consumers_wanted'), legend: `${RESOURCE_LEGEND} wanted` }
      ]
    }),
    panel('Since the last jobs', 'Time since the jobs of each PeerProbe last succeeded: retention, sessions, backups. Pipeline shows them beside their schedules.', RETENTION, {
      unit: 's',
      queries: [
        { expr: `time() - ${ofResource(RETENTION)}`, legend: `${RESOURCE_LEGEND} retention` },
        { expr: `time() - ${ofResource('peerprobe_operator_sessions_last_success_timestamp_seconds')}`, legend: `${RESOURCE_LEGEND} sessions` },
        { expr: `time() - ${ofResource('peerprobe_operator_backup_last_success_timestamp_seconds')}`, legend: `${RESOURCE_LEGEND} backup` }
      ],
      noData: 'No job has succeeded yet'
    })
  ]
}

function panel (title: string, description: string, metric: string, more: Partial<PanelSpec> & Pick<PanelSpec, 'queries'>): PanelSpec {
  return { title, description, metric, kind: 'lines', unit: 'short', noData: NO_PROBE, width: 8, min: 0, ...more }
}
