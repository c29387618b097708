// The operator: how its PeerProbes are, and whether it keeps up.
import { probes } from './operator-probes.ts'
import { apiServer, reconciling } from './operator-work.ts'
import { processGroup } from './processes.ts'
import { namespaceVariable, probeVariable, scanVariable } from './series/choices.ts'
import { RESOURCE_LABELS, resourceSeries } from './series/selectors.ts'
import type { DashboardSpec } from './grafana/dashboard.ts'
import type { PanelGroup, PanelSpec } from './grafana/panel-spec.ts'

const CONDITION = 'peerprobe_operator_condition'
const NO_OPERATOR = 'No operator is scraped'
const NO_PROBE = 'There is no PeerProbe, or no operator leads'

const ready = `max by (${RESOURCE_LABELS}) (${resourceSeries(CONDITION, 'type="Ready"', 'status="True"')})`
const sumOf = (metric: string): string => `sum(max by (${RESOURCE_LABELS}) (${resourceSeries(metric)}))`
const missing = (what: 'scans' | 'consumers'): string => `${sumOf(`peerprobe_operator_${what}_wanted`)} - ${sumOf(`peerprobe_operator_${what}_ready`)}`

const now: PanelGroup = {
  title: 'Now',
  panels: [
    panel('Leaders', 'Operators that lead: one for each release, but for the moments of a change.', {
      metric: 'leader_election_master_status',
      expr: 'sum(leader_election_master_status{component="operator"})',
      noData: NO_OPERATOR
    }),
    panel('PeerProbes', 'PeerProbes that the operator looks after.', { metric: CONDITION, expr: `count(${ready})`, noData: NO_PROBE }),
    panel('Ready', 'PeerProbes that are ready.', { metric: CONDITION, expr: `sum(${ready})`, noData: NO_PROBE }),
    panel('Not ready', 'PeerProbes that are not ready; suspended and paused ones among them.', { metric: CONDITION, expr: `sum(1 - ${ready})`, noData: NO_PROBE }),
    panel('Crawlers missing', 'Scans without a crawler that is ready.', { metric: 'peerprobe_operator_scans_ready', expr: missing('scans'), noData: NO_PROBE }),
    panel('Consumers missing', 'Consumers that are not ready.', { metric: 'peerprobe_operator_consumers_ready', expr: missing('consumers'), noData: NO_PROBE }),
    {
      ...panel('Longest reconciliation', 'How long the longest reconciliation in progress has taken.', {
        metric: 'workqueue_longest_running_processor_seconds',
        expr: 'max(workqueue_longest_running_processor_seconds{component="operator"})',
        noData: NO_OPERATOR
      }),
      unit: 's'
    },
    {
      ...panel('Oldest watch', 'How long ago the API server was heard of the kind that is silent for longest.', {
        metric: 'peerprobe_operator_watch_age_seconds',
        expr: 'max(peerprobe_operator_watch_age_seconds)',
        noData: 'No operator leads'
      }),
      unit: 's',
      alert: 'PeerProbeOperatorWatchStale'
    }
  ]
}

const leadership: PanelGroup = {
  title: 'Leadership and versions',
  panels: [
    {
      ...panel('Leader', 'Which operator leads. Exactly one of a release does, but for the moments of a change.', {
        metric: 'leader_election_master_status',
        expr: '',
        noData: NO_OPERATOR
      }),
      kind: 'states',
      unit: 'none',
      queries: [{ expr: 'max by (namespace, pod) (leader_election_master_status{component="operator"})', legend: '{{namespace}}/{{pod}}' }],
      values: [{ value: 0, text: 'waits', color: 'text' }, { value: 1, text: 'leads', color: 'green' }],
      width: 12
    },
    {
      ...panel('Versions', 'The versions of PeerProbe and of Node that the scraped processes run. Two of them during an upgrade, one after it.', {
        metric: 'peerprobe_build_info',
        expr: 'count by (component, version, node_version) (peerprobe_build_info)',
        noData: 'No process is scraped'
      }),
      kind: 'table',
      unit: 'none',
      width: 12
    }
  ]
}

/** *Operator*: whether PeerProbes are as they should be, and whether the operator keeps up. */
export const operator: DashboardSpec = {
  uid: 'peerprobe-operator',
  title: 'PeerProbe / Operator',
  description: 'PeerProbes and their conditions, reconciliations, the API server, leadership.',
  from: 'now-6h',
  variables: [
    namespaceVariable(CONDITION),
    probeVariable(`${CONDITION}{namespace=~"$namespace"}`, 'name'),
    { ...scanVariable('peerprobe_operator_peers{namespace=~"$namespace", name=~"$probe"}'), valuesOf: 'scan' }
  ],
  groups: [now, probes, reconciling, apiServer, leadership, processGroup('Processes', metric => `${metric}{component="operator"}`)]
}

function panel (title: string, description: string, { metric, expr, noData }: Pick<PanelSpec, 'metric' | 'noData'> & { expr: string }): PanelSpec {
  return { title, description, metric, kind: 'stat', unit: 'short', queries: [{ expr, legend: title }], noData, width: 3 }
}
