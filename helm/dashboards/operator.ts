// The operator: whether it keeps up, and how its PeerProbes are.
import { processGroup } from './processes.ts'
import type { DashboardSpec } from './grafana/dashboard.ts'
import type { PanelGroup, PanelSpec } from './grafana/panel-spec.ts'

const NO_OPERATOR = 'No operator is scraped'

const reconciling: PanelGroup = {
  title: 'Reconciliations',
  panels: [
    panel('Reconciliations', 'Reconciliations per second, by result. `error` is tried again.', 'controller_runtime_reconcile_total', {
      kind: 'areas',
      unit: 'ops',
      queries: [{ expr: 'sum by (result) (rate(controller_runtime_reconcile_total[$__rate_interval]))', legend: '{{result}}' }]
    }),
    panel('Duration', 'Half of the reconciliations take no longer than the lower line, 95 of 100 no longer than the upper one.', 'controller_runtime_reconcile_time_seconds', {
      unit: 's',
      queries: quantiles('controller_runtime_reconcile_time_seconds')
    }),
    panel('Queue', 'PeerProbes that wait for a worker, and those that are being reconciled.', 'workqueue_depth', {
      queries: [
        { expr: 'sum by (name) (workqueue_depth)', legend: 'waiting' },
        { expr: 'sum by (controller) (controller_runtime_active_workers)', legend: 'reconciled' }
      ]
    }),
    panel('Wait in the queue', 'Half of the PeerProbes wait no longer than the lower line, 95 of 100 no longer than the upper one.', 'workqueue_queue_duration_seconds', {
      unit: 's',
      queries: quantiles('workqueue_queue_duration_seconds')
    }),
    panel('Failures and retries', 'Reconciliations that failed, that failed for good, and those tried again.', 'controller_runtime_reconcile_errors_total', {
      kind: 'columns',
      queries: [
        { expr: 'sum(increase(controller_runtime_reconcile_errors_total[$__rate_interval]))', legend: 'failed' },
        { expr: 'sum(increase(controller_runtime_terminal_reconcile_errors_total[$__rate_interval]))', legend: 'failed for good' },
        { expr: 'sum(increase(workqueue_retries_total[$__rate_interval]))', legend: 'tried again' }
      ]
    })
  ]
}

const apiServer: PanelGroup = {
  title: 'API server and leadership',
  panels: [
    panel('Requests by verb', 'Requests to the API server per second, by verb. At rest only watches are renewed.', 'rest_client_requests_total', {
      kind: 'areas',
      unit: 'reqps',
      queries: [{ expr: 'sum by (method) (rate(rest_client_requests_total[$__rate_interval]))', legend: '{{method}}' }]
    }),
    panel('Requests by code', 'The same by what the API server answered. 409 are conflicts, which are tried again; 403 are rights that the operator lacks.', 'rest_client_requests_total', {
      kind: 'areas',
      unit: 'reqps',
      queries: [{ expr: 'sum by (code) (rate(rest_client_requests_total[$__rate_interval]))', legend: '{{code}}' }]
    }),
    panel('Leader', 'Which operator leads. Exactly one does, but for the moments of a change.', 'leader_election_master_status', {
      kind: 'states',
      unit: 'none',
      queries: [{ expr: 'max by (pod) (leader_election_master_status)', legend: 'operator {{pod}}' }],
      values: [{ value: 0, text: 'waits', color: 'text' }, { value: 1, text: 'leads', color: 'green' }]
    })
  ]
}

/** *Operator*: whether PeerProbes are as they should be, and whether the operator keeps up. */
export const operator: DashboardSpec = {
  uid: 'peerprobe-operator',
  title: 'PeerProbe / Operator',
  description: 'PeerProbes and their conditions, reconciliations, the API server, leadership.',
  from: 'now-6h',
  variables: [],
  groups: [reconciling, apiServer, processGroup('Process', metric => `${metric}{component="operator"}`)]
}

function panel (title: string, description: string, metric: string, more: Partial<PanelSpec> & Pick<PanelSpec, 'queries'>): PanelSpec {
  return { title, description, metric, kind: 'lines', unit: 'short', noData: NO_OPERATOR, width: 8, min: 0, ...more }
}

function quantiles (metric: string): PanelSpec['queries'] {
  return [0.5, 0.95].map(share => ({
    expr: `histogram_quantile(${String(share)}, sum by (le) (rate(${metric}_bucket[$__rate_interval])))`,
    legend: `${String(share * 100)} %`
  }))
}
