import type { AlertCases } from './alert-case.ts'

const leader = (pod: string, namespace = 'system'): string => `leader_election_master_status{name="peerprobe",component="operator",namespace="${namespace}",job="${namespace}/probe-operator",pod="${pod}"}`
const errors = (pod: string, namespace = 'system'): string => `controller_runtime_reconcile_errors_total{controller="peerprobe",component="operator",namespace="${namespace}",job="${namespace}/probe-operator",pod="${pod}"}`
const watch = (kind: string, pod = 'a', namespace = 'system'): string => `peerprobe_operator_watch_age_seconds{kind="${kind}",component="operator",namespace="${namespace}",job="${namespace}/probe-operator",pod="${pod}"}`
const condition = (type: string, status: string, { pod = 'a', name = 'amino', namespace = 'lab' } = {}): string => `peerprobe_operator_condition{type="${type}",status="${status}",namespace="${namespace}",name="${name}",component="operator",pod="${pod}"}`
const SYSTEM = { namespace: 'system', job: 'system/probe-operator' }

/** Cases of the alerts on the operator itself. */
export const OPERATOR_CASES: AlertCases = {
  PeerProbeOperatorDown: [
    {
      kind: 'fires',
      name: 'the operator is gone, and another program that leads is there',
      series: { [leader('a')]: '1x4 stale', 'leader_election_master_status{name="other",component="operator"}': '1x30' },
      fires: { at: ['11m', '20m', '30m'], alerts: [{ labels: { name: 'peerprobe', component: 'operator' } }] }
    },
    { kind: 'fires', name: 'the operator was never there', series: { 'up{job="other"}': '1x20' }, fires: { at: ['6m', '20m'], alerts: [{ labels: { name: 'peerprobe', component: 'operator' } }] } },
    { kind: 'ordinary', name: 'one of two operators is left', series: { [leader('a')]: '1x10 stale', [leader('b')]: '0x10 1x20' }, end: '30m' },
    { kind: 'restart', name: 'a new pod comes three minutes after the old one', series: { [leader('a')]: '1x10 stale', [leader('b')]: '_x14 1x20' }, end: '30m' },
    { kind: 'restart', name: 'scrapes fail for eight minutes', series: { [leader('a')]: '1x10 _x8 1x20' }, end: '38m' }
  ],
  PeerProbeOperatorNoLeader: [
    {
      kind: 'fires',
      name: 'neither of two operators leads, and one of another release does',
      series: { [leader('a')]: '0x30', [leader('b')]: '0x30', [leader('c', 'other')]: '1x30' },
      fires: { at: ['5m', '30m'], alerts: [{ labels: SYSTEM }] }
    },
    { kind: 'ordinary', name: 'one of two operators leads', series: { [leader('a')]: '1x30', [leader('b')]: '0x30' }, end: '30m' },
    { kind: 'restart', name: 'the other takes over after two minutes without a leader', series: { [leader('a')]: '1x10 stale', [leader('b')]: '0x12 1x20' }, end: '30m' },
    { kind: 'restart', name: 'it goes on firing where the pod is replaced by one that does not lead either', series: { [leader('a')]: '0x10 stale', [leader('b')]: '_x13 0x20' }, fires: { at: ['9m', '11m', '12m', '14m', '25m'], alerts: [{ labels: SYSTEM }] } }
  ],
  PeerProbeReconcileErrors: [
    {
      kind: 'fires',
      name: 'each minute a reconciliation fails, and none in another release',
      series: { [errors('a')]: '0+1x60', [errors('b', 'other')]: '3x60' },
      fires: { at: ['35m', '60m'], alerts: [{ labels: SYSTEM, values: ['15'] }] }
    },
    { kind: 'ordinary', name: 'a few fail within a minute, and then none', series: { [errors('a')]: '0x10 4x60' }, end: '60m' },
    { kind: 'restart', name: 'the counter of a pod that is replaced begins again', series: { [errors('a')]: '900x10 0x60' }, end: '60m' },
    { kind: 'restart', name: 'it goes on firing where the pod is replaced', series: { [errors('a')]: '0+1x40 stale', [errors('b')]: '_x40 0+1x40' }, fires: { at: ['39m', '42m', '60m', '70m'], alerts: [{ labels: SYSTEM, values: ['15'] }] } }
  ],
  PeerProbeOperatorWatchStale: [
    {
      kind: 'fires',
      name: 'one of two kinds is silent, and none in another release',
      series: { [watch('Pod')]: '0+60x30', [watch('Job')]: '30x30', [watch('Pod', 'c', 'other')]: '30x30' },
      fires: { at: ['7m'], alerts: [{ labels: SYSTEM, values: ['7m 0s'] }] }
    },
    { kind: 'ordinary', name: 'each kind is heard of once a minute', series: { [watch('Pod')]: '50x30', [watch('Job')]: '61x30' }, end: '30m' },
    { kind: 'restart', name: 'the API server is away for four minutes', series: { [watch('Pod')]: '30x5 60+60x3 20x30' }, end: '40m' },
    { kind: 'restart', name: 'the next pod leads and begins its watches', series: { [watch('Pod')]: '30+60x4 stale', [watch('Pod', 'b')]: '_x6 0x30' }, end: '36m' },
    { kind: 'restart', name: 'it goes on firing where the next pod hears nothing either', series: { [watch('Pod')]: '0+60x10 stale', [watch('Pod', 'b')]: '_x11 100+60x20' }, fires: { at: ['9m', '11m', '12m', '14m', '30m'], alerts: [{ labels: SYSTEM }] } }
  ],
  PeerProbeNotReady: [
    {
      kind: 'fires',
      name: 'one of three PeerProbes is not ready, two of which have the same name',
      series: { [condition('Ready', 'True')]: '0x40', [condition('Ready', 'False')]: '1x40', [condition('Ready', 'True', { namespace: 'other' })]: '1x40', [condition('Ready', 'True', { name: 'polkadot' })]: '1x40' },
      fires: { at: ['16m', '40m'], alerts: [{ labels: { namespace: 'lab', name: 'amino' } }] }
    },
    { kind: 'ordinary', name: 'all pods are replaced within ten minutes', series: { [condition('Ready', 'True')]: '1x5 0x9 1x20', [condition('Suspended', 'True')]: '0x35' }, end: '35m' },
    { kind: 'ordinary', name: 'a person has suspended it', series: { [condition('Ready', 'True')]: '0x40', [condition('Suspended', 'True')]: '1x40' }, end: '40m' },
    { kind: 'ordinary', name: 'a person has paused it', series: { [condition('Ready', 'True')]: '0x40', [condition('Paused', 'True')]: '1x40', [condition('Suspended', 'True')]: '0x40' }, end: '40m' },
    { kind: 'ordinary', name: 'it is deleted', series: { [condition('Ready', 'True')]: '0x10 stale' }, end: '40m' },
    { kind: 'restart', name: 'another operator leads three minutes later', series: { [condition('Ready', 'True')]: '1x10 stale', [condition('Ready', 'True', { pod: 'b' })]: '_x13 1x30' }, end: '43m' },
    { kind: 'restart', name: 'it goes on firing where another operator leads three minutes later', series: { [condition('Ready', 'True')]: '0x20 stale', [condition('Ready', 'True', { pod: 'b' })]: '_x23 0x30' }, fires: { at: ['19m', '21m', '22m', '24m', '50m'], alerts: [{ labels: { namespace: 'lab', name: 'amino' } }] } }
  ]
}
