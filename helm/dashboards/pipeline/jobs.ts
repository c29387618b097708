// What is done by a schedule: whether it was done when it was last asked for.
import { RESOURCE_LABELS, RESOURCE_LEGEND, resourceSeries } from '../series/selectors.ts'
import type { PanelGroup, PanelSpec } from '../grafana/panel-spec.ts'

const ofResource = (metric: string): string => `max by (${RESOURCE_LABELS}) (${resourceSeries(metric)})`

/** Backups, retention and sessions. */
export const jobs: PanelGroup = {
  title: 'Jobs: backups, retention, sessions',
  panels: [
    panel('Age of the last backup', 'the last backup was complete', {
      job: 'backup',
      succeeded: 'peerprobe_operator_backup_last_success_timestamp_seconds',
      alert: 'PeerProbeBackupOld fires two hours later',
      noData: 'No PeerProbe here asks for backups, or none was made yet'
    }),
    panel('Age of the last retention', 'old rows were last removed', {
      job: 'retention',
      succeeded: 'peerprobe_operator_retention_timestamp_seconds',
      alert: 'PeerProbeRetentionOverdue fires six hours later',
      noData: 'No retention job has succeeded yet'
    }),
    panel('Age of the last derivation of sessions', 'sessions were last derived', {
      job: 'sessions',
      succeeded: 'peerprobe_operator_sessions_last_success_timestamp_seconds',
      alert: 'PeerProbeSessionsOverdue fires two hours later',
      noData: 'No PeerProbe here asks for sessions, or none were derived yet'
    })
  ]
}

interface Job extends Pick<PanelSpec, 'noData'> { job: string, succeeded: string, alert: string }

function panel (title: string, what: string, { job, succeeded, alert, noData }: Job): PanelSpec {
  return {
    title,
    description: `Time since ${what}, and since the schedule last asked for it. Where the first line is higher, the last run has not succeeded; ${alert}.`,
    kind: 'lines',
    unit: 's',
    metric: succeeded,
    queries: [
      { expr: `time() - ${ofResource(succeeded)}`, legend: RESOURCE_LEGEND },
      { expr: `time() - ${ofResource(`peerprobe_operator_${job}_scheduled_timestamp_seconds`)}`, legend: `${RESOURCE_LEGEND} asked for` }
    ],
    noData,
    width: 8,
    min: 0
  }
}
