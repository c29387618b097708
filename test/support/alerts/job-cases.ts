import type { AlertCase, AlertCases, SeriesOverTime } from './alert-case.ts'

// Four minutes between two values: a day is 360 of them, two hours are 30.
const step = '4m'

interface Job { job: 'backup' | 'retention' | 'sessions', succeeded: string }

const BACKUP = { job: 'backup', succeeded: 'peerprobe_operator_backup_last_success_timestamp_seconds' } as const
const RETENTION = { job: 'retention', succeeded: 'peerprobe_operator_retention_timestamp_seconds' } as const
const SESSIONS = { job: 'sessions', succeeded: 'peerprobe_operator_sessions_last_success_timestamp_seconds' } as const

const labels = (name: string, pod = 'a'): string => `{namespace="lab",name="${name}",component="operator",pod="${pod}"}`
const alertOf = (name: string, ...values: string[]): { labels: Record<string, string>, values: string[] } => ({ labels: { namespace: 'lab', name }, values })

/** When the schedule asked for a job and when it succeeded, over time, as one operator has it. */
function asked ({ job, succeeded }: Job, [scheduled, success]: readonly [scheduled: string, success?: string], name = 'amino', pod = 'a'): SeriesOverTime {
  return {
    [`peerprobe_operator_${job}_scheduled_timestamp_seconds${labels(name, pod)}`]: scheduled,
    ...success === undefined ? {} : { [`${succeeded}${labels(name, pod)}`]: success }
  }
}

// Asked for at the beginning of each day.
const DAILY = '0x360 86400x360 172800x30'

// What is the same for every job that is asked for once a day.
function dailyCases (of: Job): AlertCase[] {
  return [
    { kind: 'ordinary', name: 'it is made by hand after the scheduled one failed', step, series: asked(of, ['0x360 86400x60', '600x375 90000x45']), end: '28h' },
    {
      kind: 'ordinary',
      name: 'it fails, and the PeerProbe is suspended or deleted then',
      step,
      series: { ...asked(of, ['0x360 86400x10 stale', '600x460']), ...asked(of, ['0x360 86400x10 stale', '600x370 stale'], 'deleted') },
      end: '30h'
    },
    {
      kind: 'restart',
      name: 'another operator leads half an hour later',
      step,
      series: { ...asked(of, ['0x360 stale', '600x360 stale']), ...asked(of, ['_x368 86400x100', '_x368 87000x100'], 'amino', 'b') },
      end: '30h'
    },
    {
      kind: 'restart',
      name: 'it goes on firing where another operator leads four minutes later',
      step,
      series: { ...asked(of, ['0x150 stale']), ...asked(of, ['_x152 0x100'], 'amino', 'b') },
      fires: { at: ['10h', '604m', '608m', '612m', '16h'], alerts: [alertOf('amino')] }
    }
  ]
}

/** Cases of the alerts on what is done by a schedule. */
export const JOB_CASES: AlertCases = {
  PeerProbeBackupOld: [
    {
      kind: 'fires',
      name: 'the second of two daily backups fails, the first ever fails elsewhere, and a third PeerProbe is well',
      step,
      series: {
        ...asked(BACKUP, ['0x360 86400x100', '600x460']),
        ...asked(BACKUP, ['_x360 86400x100'], 'new'),
        ...asked(BACKUP, ['0x360 86400x100', '600x360 87000x100'], 'well')
      },
      fires: { at: ['26h28m'], alerts: [alertOf('amino', '2h 28m 0s'), alertOf('new', '2h 28m 0s')] }
    },
    { kind: 'fires', name: 'the backups of several days fail: it does not end where the next one is asked for', step, series: asked(BACKUP, [DAILY, '600x750']), fires: { at: ['49h'], alerts: [alertOf('amino', '1d 1h 0m 0s')] } },
    { kind: 'ordinary', name: 'it takes an hour and a half', step, series: asked(BACKUP, [DAILY, '600x383 91800x360']), end: '49h' },
    { kind: 'ordinary', name: 'one a week is asked for', step, series: asked(BACKUP, ['0x800', '600x800']), end: '50h' },
    { kind: 'fires', name: 'one an hour is asked for, and all fail', step, series: asked(BACKUP, [hourly(6), '600x90']), fires: { at: ['5h'], alerts: [alertOf('amino', '2h 0m 0s')] } },
    ...dailyCases(BACKUP)
  ],
  PeerProbeRetentionOverdue: [
    { kind: 'fires', name: 'the job of the second day fails, and that of another PeerProbe does not', step, series: { ...asked(RETENTION, ['0x360 86400x100', '600x460']), ...asked(RETENTION, ['0x360 86400x100', '600x360 87000x100'], 'well') }, fires: { at: ['30h28m'], alerts: [alertOf('amino', '6h 28m 0s')] } },
    { kind: 'ordinary', name: 'it takes five hours', step, series: asked(RETENTION, ['0x360 86400x120', '600x435 104400x45']), end: '32h' },
    ...dailyCases(RETENTION)
  ],
  PeerProbeSessionsOverdue: [
    { kind: 'fires', name: 'each hour the job fails, and that of another PeerProbe does not', step, series: { ...asked(SESSIONS, [hourly(6), '60x90']), ...asked(SESSIONS, [hourly(6), hourly(6, 60)], 'well') }, fires: { at: ['4h28m'], alerts: [alertOf('amino', '2h 28m 0s')] } },
    { kind: 'ordinary', name: 'one of two fails', step, series: asked(SESSIONS, [hourly(12), everyOther(6)]), end: '12h' },
    ...dailyCases(SESSIONS)
  ]
}

// Asked for each hour, for so many hours; or done so many seconds later.
function hourly (hours: number, seconds = 0): string {
  return Array.from({ length: hours }, (_, hour) => `${String(hour * 3_600 + seconds)}x14`).join(' ')
}

function everyOther (times: number): string {
  return Array.from({ length: times }, (_, i) => `${String(i * 7_200 + 60)}x29`).join(' ')
}
