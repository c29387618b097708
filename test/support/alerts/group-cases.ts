import { seriesOf } from './alert-case.ts'
import type { AlertCases } from './alert-case.ts'

const of = (metric: string, pod: string, { probe = 'amino', ...more }: Record<string, string> = {}): string => seriesOf(`peerprobe_consumer_${metric}`, probe, { pod, ...more })
const lag = (pod: string, partition: string, probe = 'amino'): string => of('lag_messages', pod, { probe, partition })
const conflict = (pod: string, probe = 'amino'): string => of('group_problem', pod, { probe, code: 'PP_GROUP_CONFLICT' })
const LABELS = { namespace: 'lab', peerprobe_dev_probe: 'amino' }
const INVALID = { code: 'PP_MESSAGE_INVALID' }

/** Cases of the alerts on the group of the consumers, and on messages that cannot be stored. */
export const GROUP_CASES: AlertCases = {
  PeerProbePartitionUnread: [
    {
      kind: 'fires',
      name: 'one of three partitions has no reader, and all of another PeerProbe have one',
      series: { [of('topic_partitions', 'a')]: '3x30', [lag('a', '0')]: '0x30', [lag('a', '1')]: '0x30', [lag('a', '2')]: '0x5 stale', [of('topic_partitions', 'b', { probe: 'polkadot' })]: '1x30', [lag('b', '0', 'polkadot')]: '0x30' },
      fires: { at: ['20m', '30m'], alerts: [{ labels: LABELS, values: ['3'] }] }
    },
    { kind: 'fires', name: 'none has a reader', series: { [of('topic_partitions', 'a')]: '3x30' }, fires: { at: ['11m', '30m'], alerts: [{ labels: LABELS, values: ['3'] }] } },
    { kind: 'ordinary', name: 'two consumers share them, and a third one is idle', series: { [of('topic_partitions', 'a')]: '2x30', [of('topic_partitions', 'c')]: '2x30', [lag('a', '0')]: '0x30', [lag('b', '1')]: '0x30' }, end: '30m' },
    { kind: 'ordinary', name: 'a consumer has more partitions than series', series: { [of('topic_partitions', 'a')]: '300x30', [lag('a', '0')]: '0x30', [lag('a', 'other')]: '0x30' }, end: '30m' },
    { kind: 'ordinary', name: 'a consumer has not looked yet', series: { [lag('a', '0')]: '0x30' }, end: '30m' },
    { kind: 'restart', name: 'the other takes over a partition after four minutes', series: { [of('topic_partitions', 'a')]: '2x30', [lag('a', '0')]: '0x30', [lag('b', '1')]: '0x10 stale', [lag('a', '1')]: '_x15 0x15' }, end: '30m' },
    { kind: 'restart', name: 'it goes on firing where the consumer is replaced', series: { [of('topic_partitions', 'a')]: '2x20 stale', [lag('a', '0')]: '0x20 stale', [of('topic_partitions', 'b')]: '_x20 2x20', [lag('b', '0')]: '_x20 0x20' }, fires: { at: ['15m', '20m', '21m', '22m', '40m'], alerts: [{ labels: LABELS }] } }
  ],
  PeerProbeGroupConflict: [
    { kind: 'fires', name: 'a member of the group reads another topic, and none of another PeerProbe does', series: { [conflict('a')]: '0x5 1x20', [conflict('b')]: '0x25', [conflict('c', 'polkadot')]: '0x25' }, fires: { at: ['11m', '25m'], alerts: [{ labels: LABELS }] } },
    { kind: 'ordinary', name: 'a consumer is idle', series: { [of('group_problem', 'a', { code: 'PP_GROUP_IDLE' })]: '1x25', [conflict('a')]: '0x25' }, end: '25m' },
    { kind: 'restart', name: 'a command reads the topic for three minutes', series: { [conflict('a')]: '0x5 1x3 0x20' }, end: '28m' },
    { kind: 'restart', name: 'it goes on firing where the pod is replaced', series: { [conflict('a')]: '1x10 stale', [conflict('b')]: '_x13 1x20' }, fires: { at: ['9m', '11m', '12m', '14m', '25m'], alerts: [{ labels: LABELS }] } }
  ],
  PeerProbeDeadLetters: [
    { kind: 'fires', name: 'a quarter of the messages of one PeerProbe cannot be stored', series: { [of('dead_letter_share', 'a')]: '0.25x20', [of('dead_letter_share', 'b', { probe: 'polkadot' })]: '0.01x20' }, fires: { at: ['6m', '20m'], alerts: [{ labels: LABELS, values: ['25%'] }] } },
    { kind: 'ordinary', name: 'one in a hundred cannot', series: { [of('dead_letter_share', 'a')]: '0.01x20' }, end: '20m' },
    { kind: 'restart', name: 'the share of a new pod begins at zero', series: { [of('dead_letter_share', 'a')]: '0.25x3 stale', [of('dead_letter_share', 'b')]: '_x4 0x20' }, end: '20m' },
    { kind: 'restart', name: 'it goes on firing where scrapes fail for four minutes', series: { [of('dead_letter_share', 'a')]: '0.25x10 _x3 0.25x10' }, fires: { at: ['10m', '12m', '13m', '14m', '20m'], alerts: [{ labels: LABELS }] } }
  ],
  PeerProbeMessagesSkipped: [
    { kind: 'fires', name: 'a message is passed, and none of another PeerProbe', series: { [of('skipped_messages_total', 'a', INVALID)]: '0x60 1x60', [of('skipped_messages_total', 'b', { ...INVALID, probe: 'polkadot' })]: '4x120' }, fires: { at: ['90m'], alerts: [{ labels: LABELS }] } },
    { kind: 'ordinary', name: 'one was passed yesterday, and scrapes failed for half an hour since', series: { [of('skipped_messages_total', 'a', INVALID)]: '2x30 _x30 2x90' }, end: '150m' },
    { kind: 'restart', name: 'the counter begins again', series: { [of('skipped_messages_total', 'a', INVALID)]: '9x60 0x60', [of('skipped_messages_total', 'b', INVALID)]: '_x60 0x60' }, end: '120m' }
  ]
}
