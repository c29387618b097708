// The work of the operator itself: what it reconciles, and what it asks the API server.
import { quantiles } from './series/selectors.ts'
import type { PanelGroup, PanelSpec } from './grafana/panel-spec.ts'

const SHARES: readonly [share: number, name: string][] = [[0.5, 'half'], [0.95, '95 of 100']]
const FOLLOWER = 'No operator leads'

/** Reconciliations and their queue. */
export const reconciling: PanelGroup = {
  title: 'Reconciliations',
  panels: [
    panel('Reconciliations', 'Reconciliations per second, by result. What ends in an error is tried again.', 'controller_runtime_reconcile_total', {
      kind: 'areas',
      unit: 'ops',
      queries: [{ expr: 'sum by (result) (rate(controller_runtime_reconcile_total{component="operator"}[$__rate_interval]))', legend: '{{result}}' }]
    }),
    panel('Duration', 'Half of the reconciliations, and 95 of 100, take no longer than this.', 'controller_runtime_reconcile_time_seconds', {
      unit: 's',
      queries: quantiles('controller_runtime_reconcile_time_seconds_bucket{component="operator"}', SHARES)
    }),
    panel('Failures and retries', 'Reconciliations that failed, those that failed for good (a PeerProbe that is invalid), and those tried again.', 'controller_runtime_reconcile_errors_total', {
      kind: 'columns',
      queries: [
        { expr: increase('controller_runtime_reconcile_errors_total'), legend: 'failed' },
        { expr: increase('controller_runtime_terminal_reconcile_errors_total'), legend: 'failed for good' },
        { expr: increase('workqueue_retries_total'), legend: 'tried again' }
      ]
    }),
    panel('Queue', 'PeerProbes that wait for a worker, those that are being reconciled, and how many may be.', 'workqueue_depth', {
      queries: [
        { expr: 'sum(workqueue_depth{component="operator"})', legend: 'waiting' },
        { expr: 'sum(controller_runtime_active_workers{component="operator"})', legend: 'being reconciled' },
        { expr: 'max(controller_runtime_max_concurrent_reconciles{component="operator"})', legend: 'at most' }
      ]
    }),
    panel('Wait in the queue', 'Half of the PeerProbes, and 95 of 100, wait for a worker no longer than this.', 'workqueue_queue_duration_seconds', {
      unit: 's',
      queries: quantiles('workqueue_queue_duration_seconds_bucket{component="operator"}', SHARES)
    }),
    panel('Objects written', 'Objects written per second, by kind. At rest there are none: what is written again and again is changed by somebody else.', 'peerprobe_operator_objects_written_total', {
      kind: 'areas',
      unit: 'ops',
      queries: [{ expr: 'sum by (kind) (rate(peerprobe_operator_objects_written_total{component="operator"}[$__rate_interval]))', legend: '{{kind}}' }],
      noData: 'Nothing was written since the start'
    })
  ]
}

/** Requests, watches and Secrets. */
export const apiServer: PanelGroup = {
  title: 'API server',
  panels: [
    panel('Requests by verb', 'Requests to the API server per second. At rest only watches are renewed, and Secrets looked at.', 'rest_client_requests_total', {
      kind: 'areas',
      unit: 'reqps',
      queries: [{ expr: 'sum by (method) (rate(rest_client_requests_total{component="operator"}[$__rate_interval]))', legend: '{{method}}' }]
    }),
    panel('Requests by code', 'The same by what was answered. 409 are conflicts, which are tried again; 403 are rights that the operator lacks.', 'rest_client_requests_total', {
      kind: 'areas',
      unit: 'reqps',
      queries: [{ expr: 'sum by (code) (rate(rest_client_requests_total{component="operator"}[$__rate_interval]))', legend: '{{code}}' }]
    }),
    panel('Latency by verb', 'Within this time the API server began to answer 95 of 100 requests, by verb; watches count as well.', 'rest_client_request_duration_seconds', {
      unit: 's',
      queries: [{
        expr: 'histogram_quantile(0.95, sum by (verb, le) (rate(rest_client_request_duration_seconds_bucket{component="operator"}[$__rate_interval])))',
        legend: '{{verb}}'
      }]
    }),
    panel('Age of watches', 'How long ago the API server was heard of each kind. It says something each minute; a watch that is silent for longer is dead.', 'peerprobe_operator_watch_age_seconds', {
      unit: 's',
      queries: [{ expr: 'max by (kind) (peerprobe_operator_watch_age_seconds)', legend: '{{kind}}' }],
      noData: FOLLOWER,
      alert: 'PeerProbeOperatorWatchStale'
    }),
    panel('Objects in memory', 'Objects that the operator holds, by kind.', 'peerprobe_operator_watched_objects', {
      kind: 'areas',
      queries: [{ expr: 'sum by (kind) (peerprobe_operator_watched_objects)', legend: '{{kind}}' }],
      noData: FOLLOWER
    }),
    panel('Secrets looked at', 'Secrets that the operator looks at in turn, 25 a second: it may not watch them.', 'peerprobe_operator_polled_secrets', {
      queries: [{ expr: 'sum(peerprobe_operator_polled_secrets)', legend: 'Secrets' }]
    })
  ]
}

function panel (title: string, description: string, metric: string, more: Partial<PanelSpec> & Pick<PanelSpec, 'queries'>): PanelSpec {
  return { title, description, metric, kind: 'lines', unit: 'short', noData: 'No operator is scraped', width: 8, min: 0, ...more }
}

function increase (metric: string): string {
  return `sum(increase(${metric}{component="operator"}[$__rate_interval]))`
}
